/* What a chart needs of its browser: which theme is on, and a picture of the chart as a file.

   sends   {scheme: "dark" | "light"} once drawn and after each switch
   obeys   {picture: "name.png", said: [line, ...]}: the canvases of the page's charts, on the surface's
           colour, under lines that tell what they are of */

export function render({model}) {
  const root = document.documentElement
  const tell = () => model.send_msg({scheme: root.dataset.theme === "light" ? "light" : "dark"})
  const watcher = new MutationObserver(tell)
  watcher.observe(root, {attributes: true, attributeFilter: ["data-theme"]})
  model.on("remove", () => watcher.disconnect())
  model.on("msg:custom", (said) => { if (said.picture) picture(said.picture, said.said ?? []) })
  tell()
  const nothing = document.createElement("div")
  nothing.hidden = true
  return nothing
}

export default {render}

/* Charts live in shadow roots of their own. */
function* canvases(root) {
  for (const element of root.querySelectorAll("*")) {
    if (element.tagName === "CANVAS" && element.width && element.offsetParent) yield element
    if (element.shadowRoot) yield* canvases(element.shadowRoot)
  }
}

const LINE_PX = 20

function picture(name, said) {
  const drawn = [...canvases(document)]
  if (!drawn.length) return
  const boxes = drawn.map((c) => c.getBoundingClientRect())
  const left = Math.min(...boxes.map((b) => b.left)), top = Math.min(...boxes.map((b) => b.top))
  const right = Math.max(...boxes.map((b) => b.right)), bottom = Math.max(...boxes.map((b) => b.bottom))
  const fine = drawn[0].width / boxes[0].width
  const whole = document.createElement("canvas")
  const high = said.length ? LINE_PX * said.length + 8 : 0
  whole.width = Math.round((right - left) * fine)
  whole.height = Math.round((high + bottom - top) * fine)
  const pen = whole.getContext("2d")
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface") || "#fff"
  pen.fillRect(0, 0, whole.width, whole.height)
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--t1") || "#000"
  said.forEach((line, i) => {
    pen.font = `${i ? 400 : 600} ${13 * fine}px ${getComputedStyle(document.body).fontFamily || "sans-serif"}`
    pen.fillText(line, 8 * fine, (LINE_PX * (i + 1) - 2) * fine, whole.width - 16 * fine)
  })
  drawn.forEach((c, i) => pen.drawImage(
    c, (boxes[i].left - left) * fine, (high + boxes[i].top - top) * fine, boxes[i].width * fine, boxes[i].height * fine,
  ))
  whole.toBlob((blob) => {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(blob)
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  }, "image/png")
}
