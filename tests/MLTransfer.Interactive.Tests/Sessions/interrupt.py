"""Trains in a Jupyter kernel, interrupts it as Jupyter's stop button does, and prints what the next cell says of the model."""
import json
import sys

from jupyter_client.manager import KernelManager

reference, prepare = sys.argv[1], sys.argv[2]
manager = KernelManager(kernel_name=".net-csharp")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=120)
interrupted = False


def text_of(message):
    return message["content"].get("data", {}).get("text/plain", "")


def run(code, heard=lambda message: None):
    return client.execute_interactive(code, timeout=240, output_hook=heard)["content"]["status"]


def interrupt_when_an_epoch_is_shown(message):
    global interrupted
    html = message["content"].get("data", {}).get("text/html", "")
    if not interrupted and text_of(message).startswith("Epoch") and "<svg" in html:
        interrupted = True
        manager.interrupt_kernel()


try:
    statuses = [run(reference), run(prepare), run("var model = Train(9000);", interrupt_when_an_epoch_is_shown)]
    shown = []
    statuses.append(run("model.Training", lambda message: shown.append(text_of(message))))
    print(json.dumps({"interrupted": interrupted, "alive": manager.is_alive(), "statuses": statuses, "shown": "".join(shown)}))
finally:
    manager.shutdown_kernel(now=True)
