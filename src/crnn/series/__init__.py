"""Series in time: numbers from sensors, sales and markets, read and made ready."""
