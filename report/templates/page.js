// Draws every chart into its place. $ROOM is the parameter that legends take their number of columns from.
const look = JSON.parse(document.getElementById("look").textContent);

async function draw(json) {
  const place = document.getElementById("chart-" + json.dataset.for);
  const spec = JSON.parse(json.textContent);
  Object.assign(spec, {
    width: "container",
    height: place.clientHeight,
    autosize: { type: "fit", contains: "padding" },
  });
  if (json.textContent.includes("$ROOM")) spec.params = [{ name: "$ROOM", value: place.clientWidth }];
  try {
    await window.vegaEmbed(place, spec, { actions: false, config: look, renderer: "svg", mode: "vega-lite" });
  } catch (error) {
    place.textContent = "This chart could not be drawn: " + error.message;
    throw error;
  }
}

for (const button of document.querySelectorAll("button.more")) {
  button.addEventListener("click", () => {
    const rows = document.getElementById(button.getAttribute("aria-controls"));
    rows.hidden = !rows.hidden;
    button.setAttribute("aria-expanded", String(!rows.hidden));
    button.textContent = rows.hidden ? button.dataset.closed : button.dataset.open;
  });
}

const drawn = await Promise.allSettled([...document.querySelectorAll("script.spec")].map(draw));
const failed = drawn.filter((each) => each.status === "rejected");
document.documentElement.dataset.drawn = String(drawn.length - failed.length);
failed.forEach((each) => console.error(each.reason));
