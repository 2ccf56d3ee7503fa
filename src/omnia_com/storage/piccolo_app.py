"""Piccolo's description of the one app of this program."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="omnia_com",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(["omnia_com.storage.tables"]),
)
