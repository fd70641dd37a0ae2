"""Time series: tables of them, time stamps, regular steps, windows, calendars, scaling."""
