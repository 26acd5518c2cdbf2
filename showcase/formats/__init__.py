"""How the staff pages' lists write times: settings.FORMAT_MODULE_PATH names this package."""
