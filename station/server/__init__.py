"""The bundled local backend."""
