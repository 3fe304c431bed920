"""The tools beside the main job: one module each, named after its command."""
