"""A label map that is being edited by hand, on the grid of its image: strokes, outlines, boxes, undone and saved."""
