#!/bin/sh
# Telegraf in a container, on the files that netwb writes: telegraf-start.sh SHARD_FOLDER
# It waits for the first ones, takes their secrets into its environment, follows changed files by
# itself, and ends once the secrets changed, so that it is started anew with them.
set -eu
shard=$1
look_s=${TELEGRAF_LOOK_S:-5}
while [ ! -s "$shard/telegraf.conf" ]; do
    echo "waits for $shard/telegraf.conf: netwb telegraf apply writes it" >&2
    sleep "$look_s"
done
stamp() { [ ! -e "$shard/environment" ] || stat -c %Y.%i "$shard/environment"; }
began=$(stamp)
if [ -e "$shard/environment" ]; then
    set -a
    . "$shard/environment"
    set +a
fi
telegraf --strict-env-handling --watch-config poll \
    --config "$shard/telegraf.conf" --config-directory "$shard/telegraf.d/" &
telegraf=$!
trap 'kill -TERM $telegraf 2>/dev/null || true' TERM INT
while kill -0 $telegraf 2>/dev/null; do
    if [ "$(stamp)" != "$began" ]; then
        echo "the secrets changed; begins anew" >&2
        kill -TERM $telegraf
        break
    fi
    sleep "$look_s"
done
wait $telegraf
