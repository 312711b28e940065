#!/usr/bin/env bash
# `start.sh master`, `worker` or `connect`: becomes Spark's own program. The secret goes into a file of settings that only its user
# reads, since of a driver Spark takes it in no other way; a command line could be read by anybody.
set -euo pipefail
umask 077
run=$SPARK_HOME/bin/spark-class
spark=org.apache.spark
master=spark://spark-master:7077

cp -r "$SPARK_HOME/conf" /tmp/
echo "spark.authenticate.secret $SPARK_AUTH_SECRET" >>/tmp/conf/spark-defaults.conf
export SPARK_CONF_DIR=/tmp/conf

case ${1:-} in
master) exec "$run" $spark.deploy.master.Master --host spark-master --port 7077 --webui-port 8080 ;;
worker)
    # What executors do not keep in memory lies on a volume that all workers have: each in a folder of its own, which its health
    # check touches; those of workers that are no more go.
    find /work -mindepth 1 -maxdepth 1 -mmin +10 -exec rm -rf {} +
    rm -rf "/work/$HOSTNAME"
    mkdir "/work/$HOSTNAME"
    export SPARK_LOCAL_DIRS=/work/$HOSTNAME
    exec "$run" $spark.deploy.worker.Worker --work-dir "/work/$HOSTNAME" --webui-port 8081 $master
    ;;
connect)
    exec "$SPARK_HOME/bin/spark-submit" --master $master --name connect \
        --class $spark.sql.connect.service.SparkConnectServer spark-internal
    ;;
*)
    echo "start.sh: master, worker or connect, not '${1:-}'" >&2
    exit 2
    ;;
esac
