# SPDX-License-Identifier: Apache-2.0
"""Checks the manifests of the example: against their schemas, and against each other. Called by check."""

import json
import pathlib
import re
import sys
import zipfile

import jsonschema
import kubernetes_validate
import yaml

here, tools, work = (pathlib.Path(argument) for argument in sys.argv[1:4])
problems = []


def expect(what, is_true):
    if not is_true:
        problems.append(what)


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", str(text)).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


objects = list(yaml.safe_load_all((here / "kubernetes/anteroom.yaml").read_text()))
for release in ("1.31", "1.32", "1.33"):
    for one in objects:
        try:
            kubernetes_validate.validate(one, release, strict=True)
        except kubernetes_validate.ValidationError as e:
            problems.append(f"{one['kind']} {one['metadata']['name']} of Kubernetes {release}: {e}")

kinds = {(one["kind"], one["metadata"]["name"]): one for one in objects}
pods = kinds["StatefulSet", "anteroom"]["spec"]
pod = pods["template"]["spec"]
container = pod["containers"][0]
labels = pods["template"]["metadata"]["labels"]
config = yaml.safe_load(kinds["ConfigMap", "anteroom"]["data"]["anteroom.yaml"])
(work / "kubernetes.yaml").write_text(kinds["ConfigMap", "anteroom"]["data"]["anteroom.yaml"])
nodes = kinds["Service", pods["serviceName"]]["spec"]
ports = {port["name"]: port["containerPort"] for port in container["ports"]}
budget = kinds["PodDisruptionBudget", "anteroom"]["spec"]
policy = kinds["NetworkPolicy", "anteroom"]["spec"]

for what, selector in {
    "the StatefulSet": pods["selector"]["matchLabels"],
    "the headless service": nodes["selector"],
    "the service": kinds["Service", "anteroom"]["spec"]["selector"],
    "the disruption budget": budget["selector"]["matchLabels"],
    "the network policy": policy["podSelector"]["matchLabels"],
}.items():
    expect(f"{what} selects the pods", selector.items() <= labels.items())
expect("the service of the nodes is headless", nodes["clusterIP"] == "None" and nodes["publishNotReadyAddresses"])
expect("the gateways look for that service", config["cluster"]["kubernetes-dns"] == pods["serviceName"])
expect("as many are expected as there are", config["cluster"]["expected-members"] == pods["replicas"])
expect("the port for clients is the gateway's", ports["http"] == config["listen"]["port"])
expect("the port between gateways is the gateway's", ports["cluster"] == config["cluster"].get("port", 5701))
expect("others can reach the gateway", config["listen"]["host"] == config["cluster"]["host"] == "0.0.0.0")
expect("who stops has longer than it drains", pod["terminationGracePeriodSeconds"] > seconds(config["shutdown"]["drain"]) + 5)
expect("one at a time goes", budget.get("maxUnavailable") == 1)
for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
    get = container[probe]["httpGet"]
    expect(f"{probe} asks what there is", get["port"] == "http" and get["path"] in ("/health/ready", "/health/live"))
for rule in policy["ingress"]:
    if any(port["port"] == "cluster" for port in rule["ports"]):
        only = [peer["podSelector"]["matchLabels"] for peer in rule["from"]]
        expect("only gateways reach the port between gateways", only == [policy["podSelector"]["matchLabels"]])
        expect("that rule is for no other port", len(rule["ports"]) == 1)
given = {one["name"] for one in container["env"]}
expect("the secrets are given to the gateways", given == {config["storage"]["password-env"], config["webhooks"]["key-env"]})
expect("operators come in by a tunnel alone", "host" not in config["admin"] and config["admin"]["port"] not in ports.values())
mounts = {mount["name"] for mount in container["volumeMounts"]}
expect("what is mounted is there", mounts == {volume["name"] for volume in pod["volumes"]})

compose = yaml.safe_load((here / "compose.yaml").read_text())
with zipfile.ZipFile(next(tools.glob("docker_compose-*.whl"))) as wheel:
    schema = json.loads(wheel.read("compose/config/compose_spec.json"))
for error in jsonschema.Draft7Validator(schema).iter_errors(compose):
    problems.append(f"compose.yaml: {'/'.join(map(str, error.path))}: {error.message}")
services = compose["services"]
config = yaml.safe_load((here / "anteroom.yaml").read_text())
members = config["cluster"]["members"]
expect("as many members as are expected", len(members) == config["cluster"]["expected-members"])
for name in members:
    service = services.get(name, {})
    expect(f"compose.yaml has {name} under its own host name", service.get("hostname") == name)
    for network in service.get("networks", []):
        expect(f"{name} is in networks that there are", network in compose["networks"])
    for volume in service.get("volumes", []):
        if volume.startswith("./"):
            expect(f"{volume} is there", (here / volume.split(":")[0]).is_file())
    expect(f"nginx.conf sends to {name}", f"server {name}:{config['listen']['port']};" in (here / "nginx.conf").read_text())
    expect(f"{name} has its secrets", set(service.get("environment", {})) == {config["storage"]["password-env"], config["webhooks"]["key-env"]})
    expect(f"{name} lets in operators of this machine alone", all(port.startswith("127.0.0.1:") and port.endswith(f":{config['admin']['port']}") for port in service.get("ports", [])))
database = re.fullmatch(r"jdbc:postgresql://([a-z]+)/(\w+)", config["storage"]["url"])
expect("the database is a service", database and database[1] in services)
server = services[database[1]]["environment"]
expect("its database and user are the gateways'", (server["POSTGRES_DB"], server["POSTGRES_USER"]) == (database[2], config["storage"]["user"]))
expect("its password is the gateways'", server["POSTGRES_PASSWORD"] == services[members[0]]["environment"][config["storage"]["password-env"]])
in_data = sorted(name for name, service in services.items() if "data" in service.get("networks", []))
expect("only gateways reach the database", in_data == sorted(members + [database[1]]))
in_cluster = sorted(name for name, service in services.items() if "cluster" in service.get("networks", []))
expect("only gateways are in the network between gateways", in_cluster == sorted(members))

for problem in problems:
    print("not so:", problem)
print(f"{len(objects)} Kubernetes objects, {len(services)} services of Compose: {len(problems)} problems")
sys.exit(1 if problems else 0)
