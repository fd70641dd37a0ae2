"""Images of written and printed lines: reading, pages with ALTO or PAGE XML, augmentation."""
