"""The compliance desk, one file per subject. Every view stands behind the door of consent/staff.py."""
