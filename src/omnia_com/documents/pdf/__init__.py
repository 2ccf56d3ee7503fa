"""What Chromium leaves out of a PDF: tagging to PDF/UA-1, metadata and embedded data to PDF/A-3a, its text."""
