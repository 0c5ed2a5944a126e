"""A packet as one workbook."""
