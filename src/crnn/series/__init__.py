"""Series in time: read from tables and files, put in order, scaled, cut into windows, varied."""
