"""The command line: what people type and see. Modules load what they need when they need it, so that help is quick."""
