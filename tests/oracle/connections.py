"""How SQLAlchemy reads database URLs, and which credentials Butler's db-auth rules choose.

Usage: connections.py < questions.json > answers.json

A question is {"url": text, "entries": [db-auth entries]}; the answer is what
lsst.daf.butler.registry.connectionString would connect with.
"""

import json
import sys

from lsst.utils.db_auth import DbAuth, DbAuthNotFoundError
from sqlalchemy.engine.url import make_url


def answer(question):
    url = make_url(question["url"])
    user, password = url.username, url.password
    if url.host is not None and url.database is not None:
        try:
            auth = DbAuth(authList=question["entries"])
            user, password = auth.getAuth(url.drivername, user, url.host, url.port, url.database)
        except DbAuthNotFoundError:
            pass
    return {
        "host": url.host,
        "port": url.port,
        "database": url.database,
        "user": user,
        "password": password,
    }


if __name__ == "__main__":
    json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
