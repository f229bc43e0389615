"""The hosts of the sample web: one module each, with its template and its pages."""
