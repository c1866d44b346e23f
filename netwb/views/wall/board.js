/* Draws a board of the wall, and keeps it true between two answers of the server:

   time[data-at="seconds"]                its age
   [data-clock="zone"]                    b.hm the time there, em the day, i UTC
   [data-fresh="seconds"][data-interval]  grey (.old) when that is more than two intervals ago, and
                                          "no data since .." (.gone) after five
   [data-turns]                           its [data-item]s in turns of 20 s where they do not fit
   One timer for all boards; the server's time comes with [data-now]. */

const TURN_S = 20
const OLD = 2
const GONE = 5
const boards = new Set()
const wall = () => window.netwbWall ?? {}
const now = () => Date.now() / 1000 + (wall().ahead ?? 0)

export function render({model, el}) {
  const root = document.createElement("div")
  root.className = "board"
  const draw = () => {
    root.innerHTML = model.html
    const told = root.querySelector("[data-now]")
    if (told && window.netwbWall) window.netwbWall.told(+told.dataset.now, told.dataset.zone, +told.dataset.every)
    tick(root)
  }
  draw()
  model.on("html", draw)
  boards.add(root)
  model.on("remove", () => boards.delete(root))
  wire()
  return root
}

export default {render}

function wire() {
  if (window.netwbWallTimer) return
  window.netwbWallTimer = setInterval(() => { for (const root of boards) tick(root) }, 1000)
}

function put(element, text) { if (element && element.textContent !== text) element.textContent = text }

function tick(root) {
  const at = now()
  for (const time of root.querySelectorAll("time[data-at]")) put(time, span(at - time.dataset.at))
  for (const clock of root.querySelectorAll("[data-clock]")) tell(clock, at)
  for (const one of root.querySelectorAll("[data-fresh]")) judge(one, at)
  for (const one of root.querySelectorAll("[data-turns]")) turn(one, at)
}

export function span(seconds) { /* netwb.ages.span */
  const whole = Math.max(0, Math.floor(seconds))
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (whole >= size) return `${Math.floor(whole / size)} ${unit}`
  return `${whole} s`
}

function said(at, zone, form) {
  try { return new Intl.DateTimeFormat("en-GB", {...form, timeZone: zone}).format(at * 1000) }
  catch { return "" } /* a zone that this browser does not know: what the server wrote stays */
}

const HM = {hour: "2-digit", minute: "2-digit"}

function tell(clock, at) {
  const zone = clock.dataset.clock
  const there = said(at, zone, HM)
  if (!there) return
  put(clock.querySelector(".hm"), there)
  put(clock.querySelector("i"), said(at, "UTC", HM))
  put(clock.querySelector("em"), said(at, zone, {weekday: "short", day: "numeric", month: "short"}).replace(",", ""))
}

function judge(one, at) {
  const intervals = (at - one.dataset.fresh) / one.dataset.interval
  one.classList.toggle("old", intervals > OLD)
  if (intervals <= GONE || one.classList.contains("gone")) return
  one.classList.add("gone")
  const since = said(+one.dataset.fresh, wall().zone ?? "UTC", at - one.dataset.fresh < 43200 ? HM : {...HM, weekday: "short"})
  put(one.querySelector("[data-word]"), "no data")
  put(one.querySelector("[data-why]"), `no data since ${since}`)
}

/* What does not fit is shown in turns; the same for every board of one clock. */
function turn(box, at) {
  const roll = box.querySelector(".roll")
  const room = box.clientHeight
  if (!roll || !room) return
  const starts = [0]
  let end = 0
  for (const item of roll.querySelectorAll("[data-item]")) {
    const top = item.offsetTop, bottom = top + item.offsetHeight
    if (bottom - starts.at(-1) > room && top > starts.at(-1)) starts.push(top)
    end = Math.max(end, bottom)
  }
  const turnNumber = Math.floor(at / TURN_S) % starts.length
  const from = starts[turnNumber], to = starts[turnNumber + 1] ?? end
  roll.style.transform = `translateY(${-from}px)`
  roll.style.clipPath = starts.length > 1 ? `inset(${from}px 0 ${Math.max(0, roll.offsetHeight - to)}px 0)` : ""
  put(box.parentElement.querySelector("[data-turn]"), starts.length > 1 ? `${turnNumber + 1} of ${starts.length}` : "")
}
