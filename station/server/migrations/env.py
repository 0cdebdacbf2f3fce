"""What Alembic runs: the migrations, on the connection that the server passes in."""

from alembic import context

from station.server.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
