"""An object store that speaks S3 (moto's), with one bucket, for the tests of what is kept there.

Says in its first line, as JSON, where it is and who may use it. Then answers questions, one JSON
document a line: `objects` (name, size, number of parts), `uploads` (names of those that are not
complete), `get` NAME (its text), `put` FILE NAME,
`sign` METHOD TIME SECONDS NAME (the URL that boto3 signs). Ends with its input. Who asks is authorized only with `--strict`.
"""

import datetime
import json
import os
import sys

STRICT = "--strict" in sys.argv[1:]
if STRICT:
    # Making the bucket, the user, its policy and its key; everything after them must be allowed.
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"

import boto3  # noqa: E402
import botocore.auth  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

BUCKET = "results"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://{}:{}".format(*server.get_host_and_port())
place = {"endpoint_url": endpoint, "region_name": "us-east-1"}
keys = {"aws_access_key_id": "AKIATESTONLY", "aws_secret_access_key": "only/for+tests"}
boto3.client("s3", **place, **keys).create_bucket(Bucket=BUCKET)
if STRICT:
    iam = boto3.client("iam", **place, **keys)
    iam.create_user(UserName="service")
    iam.put_user_policy(UserName="service", PolicyName="all", PolicyDocument=json.dumps(ALL))
    made = iam.create_access_key(UserName="service")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}

s3 = boto3.client("s3", **place, **keys)


def say(answer):
    print(json.dumps(answer), flush=True)


def sign(method, stamp, seconds, name):
    """Sign a URL at another time than now."""
    then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda *_, **__: then
    client = boto3.client("s3", **place, **keys, config=Config(signature_version="s3v4"))
    what = f"{method.lower()}_object"
    return client.generate_presigned_url(what, {"Bucket": BUCKET, "Key": name}, int(seconds))


def objects():
    found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    for one in found:
        # The tag of what came in several parts ends with their number.
        _, _, parts = one["ETag"].strip('"').partition("-")
        yield {"name": one["Key"], "size": one["Size"], "parts": int(parts or 1)}


say({"endpoint": endpoint, "bucket": BUCKET, "key": keys["aws_access_key_id"], "secret": keys["aws_secret_access_key"]})
for line in sys.stdin:
    word, _, name = line.strip().partition(" ")
    if word == "objects":
        say(list(objects()))
    elif word == "uploads":
        say([one["Key"] for one in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])])
    elif word == "get":
        say(s3.get_object(Bucket=BUCKET, Key=name)["Body"].read().decode())
    elif word == "put":
        file, _, name = name.partition(" ")
        s3.upload_file(file, BUCKET, name)
        say(name)
    elif word == "sign":
        say(sign(*name.split(" ", 3)))
    else:
        sys.exit(f"what is {word}?")
