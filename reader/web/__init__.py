"""The archive as a web page: our own pages and Datasette's tables, behind one guard."""
