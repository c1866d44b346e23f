/* What a chart needs of its browser: which theme is on, and a picture of the chart as a file.

   sends   {scheme: "dark" | "light"} once drawn and after each switch
   obeys   {picture: "name.png", said: [line, ...], key: [[colour, strength, word], ...]}: the canvases of
           the page's charts, on the surface's colour, under lines that tell what they are of and what
           their colours mean */

export function render({model}) {
  const root = document.documentElement
  const tell = () => model.send_msg({scheme: root.dataset.theme === "light" ? "light" : "dark"})
  const watcher = new MutationObserver(tell)
  watcher.observe(root, {attributes: true, attributeFilter: ["data-theme"]})
  model.on("remove", () => watcher.disconnect())
  model.on("msg:custom", (said) => { if (said.picture) picture(said.picture, said.said ?? [], said.key ?? []) })
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

const LINE_PX = 20, SWATCH_PX = 11, APART_PX = 14, EDGE_PX = 8

/* Where each sign of the key stands: a place and a line, as many lines as they need. */
function laid(pen, key, wide) {
  let x = EDGE_PX, line = 0
  return key.map(([colour, strength, word]) => {
    const swatch = colour ? SWATCH_PX + 5 : 0, long = swatch + pen.measureText(word).width
    if (x > EDGE_PX && x + long > wide - EDGE_PX) [x, line] = [EDGE_PX, line + 1]
    const sign = {colour, strength, word, x, line, swatch}
    x += long + APART_PX
    return sign
  })
}

function picture(name, said, key) {
  const drawn = [...canvases(document)]
  if (!drawn.length) return
  const boxes = drawn.map((c) => c.getBoundingClientRect())
  const left = Math.min(...boxes.map((b) => b.left)), top = Math.min(...boxes.map((b) => b.top))
  const right = Math.max(...boxes.map((b) => b.right)), bottom = Math.max(...boxes.map((b) => b.bottom))
  const fine = drawn[0].width / boxes[0].width
  const whole = document.createElement("canvas")
  const family = getComputedStyle(document.body).fontFamily || "sans-serif"
  const measure = whole.getContext("2d")
  measure.font = `400 12px ${family}`
  const signs = laid(measure, key, right - left)
  const lines = said.length + (signs.length ? signs.at(-1).line + 1 : 0)
  const high = lines ? LINE_PX * lines + 8 : 0
  whole.width = Math.round((right - left) * fine)
  whole.height = Math.round((high + bottom - top) * fine)
  const pen = whole.getContext("2d")
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface") || "#fff"
  pen.fillRect(0, 0, whole.width, whole.height)
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--t1") || "#000"
  said.forEach((line, i) => {
    pen.font = `${i ? 400 : 600} ${13 * fine}px ${family}`
    pen.fillText(line, EDGE_PX * fine, (LINE_PX * (i + 1) - 2) * fine, whole.width - 2 * EDGE_PX * fine)
  })
  const ink = pen.fillStyle
  pen.font = `400 ${12 * fine}px ${family}`
  for (const {colour, strength, word, x, line, swatch} of signs) {
    const foot = LINE_PX * (said.length + line + 1) - 2
    if (colour) {
      pen.globalAlpha = strength
      pen.fillStyle = colour
      pen.fillRect(x * fine, (foot - SWATCH_PX + 1) * fine, SWATCH_PX * fine, SWATCH_PX * fine)
      pen.globalAlpha = 1
    }
    pen.fillStyle = ink
    pen.fillText(word, (x + swatch) * fine, foot * fine)
  }
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
