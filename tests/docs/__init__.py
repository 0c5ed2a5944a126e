"""The site of docs/, and its pages followed word by word."""
