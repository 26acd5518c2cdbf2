"""`manage.py database_roles`: the roles of PostgreSQL, as SQL for whoever may make roles."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from showcase.postgres import roles


class Command(BaseCommand):
    help = "Print what makes the roles of the database and says what they may do; with --apply do it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prefix", default="showcase", help="what their names begin with (showcase)")
        parser.add_argument("--apply", action="store_true", help="do it, as the superuser of DATABASE_URL_DIRECT")

    def handle(self, *args: Any, prefix: str, apply: bool, **options: Any) -> None:
        try:
            statements = roles.statements(prefix)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not apply:
            self.stdout.write(f"-- {', '.join(f'{prefix}_{one.name}: {one.what}' for one in roles.ROLES)}")
            self.stdout.write("\n".join(["BEGIN;", *(f"{one};" for one in statements), "COMMIT;"]))
            return
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles: let DATABASE_URL_DIRECT name it.")
        connection.prepare_database()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        self.stdout.write("Done. A new role signs in once it has a password (\\password in psql).")
