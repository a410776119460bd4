"""Plans on paper: public notices and hand-over lists, drawn in millimetres, as SVG on pages and as PDF."""
