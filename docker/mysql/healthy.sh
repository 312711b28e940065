#!/usr/bin/env bash
# Health check. As somebody who is known: the server would write a line about anybody else, each time.
MYSQL_PWD=$MYSQL_ROOT_PASSWORD exec mysqladmin --no-defaults --socket=/var/run/mysqld/mysqld.sock --user=root \
    --connect-timeout=4 ping
