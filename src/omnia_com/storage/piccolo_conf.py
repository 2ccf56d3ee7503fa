"""What Piccolo's migration commands look for (`PICCOLO_CONF=omnia_com.storage.piccolo_conf`)."""

from piccolo.conf.apps import AppRegistry

from .database import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["omnia_com.storage.piccolo_app"])
