# Sourced: the statements that make the replica's database, who may enter it, and with what rights. One statement a line,
# each of which may run again; the server takes them before anybody can connect.
# shellcheck shell=bash

# user NAME PASSWORD RIGHTS CONNECTIONS [RIGHTS ON MARTS]: made when it is missing; password and rights follow what is said here.
# A password has nothing in it that needs quoting: preflight looks.
user() {
    echo "CREATE USER IF NOT EXISTS '$1'@'%';"
    echo "ALTER USER '$1'@'%' IDENTIFIED BY '$2' WITH MAX_USER_CONNECTIONS $4 ACCOUNT UNLOCK;"
    echo "REVOKE ALL PRIVILEGES, GRANT OPTION FROM '$1'@'%';"
    echo "GRANT $3 ON bazaar.* TO '$1'@'%';"
    if [ -n "${5:-}" ]; then echo "GRANT $5 ON marts.* TO '$1'@'%';"; fi
}

statements() {
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    echo 'CREATE DATABASE IF NOT EXISTS bazaar;'
    echo 'CREATE DATABASE IF NOT EXISTS marts;'
    user bazaar "$MYSQL_PASSWORD" ALL 0
    user bazaar_sink "$MYSQL_SINK_PASSWORD" 'SELECT, INSERT, UPDATE, DELETE, DROP' 0
    user bazaar_reader "$BAZAAR_READER_PASSWORD" SELECT 30 SELECT  # of the server's 100
    user marts "$MARTS_PASSWORD" SELECT 30 ALL
}
