"""JSON Schemas for editors, made of what the readers of manifests and settings know."""
