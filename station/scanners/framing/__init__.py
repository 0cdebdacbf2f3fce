"""How scans are cut out of what a device sends; parts that several kinds of scanner share."""
