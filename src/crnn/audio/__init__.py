"""Sound: reading, features, augmentation and synthetic voices."""
