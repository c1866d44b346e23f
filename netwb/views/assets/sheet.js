/* Draws a sheet's HTML and sends back what a person does in it, as acts.

   click on [data-act]                {act, ...dataset}; a link opens as a link with ctrl or middle button
   submit of form[data-act]           {act, fields, ...dataset}; file inputs come as {name, text}
   input, select with data-on         {act, value, ...dataset}; data-on="input" waits 300 ms
   form[data-typing="act"]            {act, fields, ...dataset} after a pause in typing of data-wait ms; nothing is sent by it
   [data-on="scroll"]                 {act, value, ...dataset}: px that the sheet is scrolled to; the sheet itself
                                      scrolls then, and stays where it is over a redraw of its rows
   [data-key="n"]                     that key clicks it, or focuses it where it is a field
   [data-copy="text"]                 copies the text; "link": the page's address
   dialog[data-modal]                 is shown over the page; Escape clicks its [data-close], and what
                                      opened it has the focus again
   textarea[data-kept="whose"]        what was sent of it is there again after a reload of this tab, for that
                                      person, until an element [data-forget="id"] is drawn
   time[data-at="seconds"]            is kept at its true age
   [data-until="seconds"]             its b counts down to then; its i is what is left of data-whole seconds, .low in the last tenth
   role=listbox, tablist, menu        arrows, Home and End move the focus
   text that its box cuts off         is read whole: as title under the pointer, in a tip at the keyboard's focus

   A redraw keeps focus, scrolling and half-filled fields where ids stay. All keys go through one
   listener, as sheets live in shadow roots of their own. */

const HOLD_MS = 300
const SCROLL_MS = 80
const FILE_LIMIT = 8 * 1024 * 1024
const sheets = new Set()
let seq = 0

export function render({model, el}) {
  const root = document.createElement("div")
  root.className = "nb"
  const live = document.createElement("div")
  live.className = "unseen"
  live.setAttribute("role", "status")
  live.setAttribute("aria-live", "polite")
  const box = document.createElement("div")
  box.className = "sheet"
  box.append(root, live)
  const sheet = {root, held: new Map(), pending: new Map(), send: (said) => model.send_msg(said)}
  const draw = () => {
    const kept = keep(root)
    root.innerHTML = model.html
    const told = root.querySelector("[data-now]")
    if (told && window.netwb) window.netwb.ahead = told.dataset.now - Date.now() / 1000
    restore(root, kept)
    recall(root)
    refill(root)
    tick(root)
    root.querySelectorAll("[data-keys-switch]").forEach((box) => { box.checked = keys_on() })
    root.querySelectorAll("dialog[data-modal]").forEach((d) => d.open || ask(d, kept.focus))
    const first = root.querySelector("[autofocus]")
    if (first && !kept.focus && !root.querySelector("[aria-invalid=true]")) first.focus()
    const asks = !!root.querySelector("dialog[data-modal]")
    if (sheet.asks && !asks) giveBack()
    sheet.asks = asks
  }
  draw()
  model.on("html", draw)
  model.on("msg:custom", (said) => obey(said, sheet, live))
  listen(sheet)
  box.addEventListener("scroll", () => scrolled(sheet, box))
  sheets.add(sheet)
  model.on("remove", () => sheets.delete(sheet))
  wire()
  document.getElementById("netwb-outline")?.remove()
  return box
}

export default {render}

/* ---- keeping what a person was doing -------------------------------------------------------- */

const fields = (root) => root.querySelectorAll("input[id], textarea[id], select[id]")
const untyped = new Set(["file", "submit", "button", "hidden"])

function changed(field) {
  if (untyped.has(field.type)) return false
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked
  if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected)
  return field.value !== field.defaultValue
}

function keep(root) {
  const focus = root.getRootNode().activeElement
  const typed = []
  for (const field of fields(root)) {
    const filter = "act" in field.dataset
    if (field.form?.dataset.sent !== undefined || !changed(field)) continue
    if (!filter || field === focus) typed.push([field.id, field.type, field.value, field.checked])
  }
  const scrolled = [...root.querySelectorAll("[id]")]
    .filter((e) => e.scrollTop || e.scrollLeft)
    .map((e) => [e.id, e.scrollTop, e.scrollLeft])
  const open = [...root.querySelectorAll("details[id]")].map((d) => [d.id, d.open])
  const kept = {typed, scrolled, open, focus: root.contains(focus) ? focus.id : ""}
  if (kept.focus && typeof focus.selectionStart === "number") {
    kept.selection = [focus.selectionStart, focus.selectionEnd]
  }
  return kept
}

function restore(root, kept) {
  const by = (id) => root.querySelector("#" + CSS.escape(id))
  for (const [id, type, value, checked] of kept.typed) {
    const field = by(id)
    if (!field || field.type !== type) continue
    field.value = value
    if (type === "checkbox" || type === "radio") field.checked = checked
  }
  for (const [id, open] of kept.open) { const d = by(id); if (d && (!("menu" in d.dataset) || "stays" in d.dataset)) d.open = open }
  for (const [id, top, left] of kept.scrolled) { const e = by(id); if (e) { e.scrollTop = top; e.scrollLeft = left } }
  const focus = kept.focus && by(kept.focus)
  if (!focus) return
  focus.focus({preventScroll: true})
  if (kept.selection) try { focus.setSelectionRange(...kept.selection) } catch { /* a field without text */ }
}

/* A dialog begins at its first field, or goes on where one was in it. */
function ask(dialog, id) {
  dialog.showModal()
  if (dialog.querySelector("[autofocus]") && !id && !dialog.querySelector("[aria-invalid=true]")) return
  const was = dialog.querySelector("[aria-invalid=true]") ?? (id && dialog.querySelector("#" + CSS.escape(id)))
  const first = dialog.querySelector("form input:not([type=hidden]), form select, form textarea");
  (was || first)?.focus()
}

/* What was used last outside of a dialog has the focus again once the dialog that it opened is gone. */
let last

function giveBack() {
  if (!last || document.activeElement !== document.body) return
  const {root, from, named} = last
  const found = from.isConnected ? from : root.querySelector(`[data-act="${CSS.escape(named)}"]`)
  const menu = found?.closest("details:not([open])");
  (menu?.querySelector("summary") ?? found)?.focus()
}

/* A reload after a lost connection loses no form: see `netwb.stash` in frame.js. */
function refill(root) {
  const stash = window.netwb?.stash
  if (!stash?.size) return
  for (const field of fields(root)) {
    if (!stash.has(field.id)) continue
    const [value, checked] = stash.get(field.id)
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked
    else field.value = value
    stash.delete(field.id)
  }
}

/* A text that was sent and not yet used: in this tab alone, and for whom it belongs to. */
const KEPT = "netwb.kept."

function recall(root) {
  try {
    for (const e of root.querySelectorAll("[data-forget]")) sessionStorage.removeItem(KEPT + e.dataset.forget)
    for (const area of root.querySelectorAll("textarea[data-kept]")) {
      const [whose, text] = JSON.parse(sessionStorage.getItem(KEPT + area.id) ?? "[]")
      if (whose === area.dataset.kept && !area.value) area.value = text
    }
  } catch { /* no storage: a private window */ }
}

function keepSent(form) {
  for (const area of form.querySelectorAll("textarea[data-kept]")) {
    try { sessionStorage.setItem(KEPT + area.id, JSON.stringify([area.dataset.kept, area.value])) }
    catch { /* no storage, or too long for it */ }
  }
}

/* Half-filled fields of all sheets by id; a password is typed again. */
export function unsent() {
  const found = new Map()
  for (const {root} of sheets) {
    for (const field of fields(root)) {
      if (field.type !== "password" && !("act" in field.dataset) && changed(field)) {
        found.set(field.id, [field.value, field.checked])
      }
    }
  }
  return found
}

/* ---- acts ----------------------------------------------------------------------------------- */

function act(sheet, from, more = {}) {
  const dataset = {...from.dataset}
  for (const own of ["on", "key", "copy", "sent", "typing", "wait"]) delete dataset[own]
  const said = {...dataset, ...more, seq: ++seq}
  if (!from.closest("dialog")) last = {root: sheet.root, from, named: from.dataset.act}
  from.setAttribute("aria-busy", "true")
  const slow = setTimeout(() => sheet.root.classList.add("busy"), HOLD_MS)
  sheet.pending.set(seq, [from, slow, said.act])
  sheet.send(said)
}

function typing(sheet, form) {
  clearTimeout(sheet.held.get(form.id))
  sheet.held.set(form.id, setTimeout(async () => {
    const now = sheet.root.querySelector("#" + CSS.escape(form.id))
    if (now && !("sent" in now.dataset)) act(sheet, now, {act: now.dataset.typing, fields: await values(now)})
  }, +form.dataset.wait || HOLD_MS))
}

function scrolled(sheet, box) {
  if (sheet.held.has(box)) return
  sheet.held.set(box, setTimeout(() => {
    sheet.held.delete(box)
    const from = sheet.root.querySelector('[data-on="scroll"]')
    if (from) act(sheet, from, {value: Math.round(box.scrollTop)})
  }, SCROLL_MS))
}

function ended(sheet, number, well) {
  const [from, slow, named] = sheet.pending.get(number) ?? []
  if (!from) return
  clearTimeout(slow)
  sheet.pending.delete(number)
  if (!sheet.pending.size) sheet.root.classList.remove("busy")
  from.removeAttribute("aria-busy")
  if (well && from.getAttribute("role") === "option") comeUp(sheet.root)
  if (from.tagName !== "FORM" || named === from.dataset.typing) return
  delete from.dataset.sent
  if (well && from.isConnected && "clear" in from.dataset) from.reset()
}

/* Where list and detail stand under each other (netwb.views.panes), what was chosen comes up. */
function comeUp(root) {
  let at = root
  while (at && !at.classList?.contains("nb-panes")) at = at.parentElement ?? at.getRootNode().host
  if (at && getComputedStyle(at).flexDirection === "column") at.scrollTop = at.scrollHeight
}

function obey(event, sheet, live) {
  const said = event?.data ?? event
  if ("done" in said) ended(sheet, said.done, said.well)
  if ("tell" in said) { live.textContent = ""; setTimeout(() => { live.textContent = said.tell }, 50) }
  if ("save" in said) download(said)
  if ("focus" in said) sheet.root.querySelector("#" + CSS.escape(said.focus))?.focus()
  if ("show" in said) sheet.root.querySelector("#" + CSS.escape(said.show))?.scrollIntoView({block: "nearest"})
  if ("go" in said) window.location.assign(said.go)
  if ("push" in said) history.pushState({}, "", said.push)
  if ("replace" in said) history.replaceState({}, "", said.replace)
  if ("top" in said) sheet.root.parentElement.scrollTop = said.top
  if ("title" in said) document.title = said.title
  if ("anew" in said) window.netwb?.anew()
  if ("out" in said) window.netwb?.signedOut()
}

function download({save, base64, mime}) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], {type: mime}))
  const link = document.createElement("a")
  link.href = url
  link.download = save
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
}

function listen(sheet) {
  const {root, held} = sheet
  const off = (e) => e.disabled || e.getAttribute("aria-disabled") === "true" || e.getAttribute("aria-busy") === "true"
  root.addEventListener("click", (ev) => {
    if (ev.target.closest("[data-theme-switch]")) return window.netwb?.switchTheme()
    if (ev.target.closest("[data-keys-help]")) return help()
    if (ev.target.closest("[data-skip]")) return skip(root)
    const closed = ev.target.closest("[data-close]")
    if (closed && !closed.dataset.act) return closed.closest("dialog")?.close()
    const copied = ev.target.closest("[data-copy]")
    if (copied) return copy(copied)
    const from = ev.target.closest("[data-act]")
    if (!from || from.tagName === "FORM" || "on" in from.dataset) return
    if (from.tagName === "A" && (ev.ctrlKey || ev.metaKey || ev.shiftKey || ev.altKey || ev.button)) return
    ev.preventDefault()
    closeMenus(root)
    if (!off(from)) act(sheet, from)
  })
  root.addEventListener("submit", async (ev) => {
    const form = ev.target
    if ("xsrf" in form.dataset) form.elements._xsrf.value = cookie("_xsrf")
    if (!("act" in form.dataset)) return
    ev.preventDefault()
    if ("sent" in form.dataset) return
    const read = await values(form, ev.submitter)
    keepSent(form)
    form.dataset.sent = ""
    act(sheet, form, {fields: read})
  })
  const valued = (from) => {
    clearTimeout(held.get(from.id || from))
    const value = from.type === "checkbox" ? from.checked
      : from.multiple ? [...from.selectedOptions].map((o) => o.value) : from.value
    act(sheet, from, {value})
  }
  root.addEventListener("input", (ev) => {
    const from = ev.target
    if (from.form && "typing" in from.form.dataset) typing(sheet, from.form)
    if (from.dataset.on !== "input") return
    clearTimeout(held.get(from.id || from))
    held.set(from.id || from, setTimeout(() => valued(from), HOLD_MS))
  })
  root.addEventListener("change", (ev) => {
    if ("keysSwitch" in ev.target.dataset) return keep_keys(ev.target.checked)
    if (ev.target.dataset.on === "change") valued(ev.target)
  })
  root.addEventListener("cancel", (ev) => {
    const close = ev.target.querySelector?.("[data-close]")
    if (close) { ev.preventDefault(); close.click() }
  }, true)
  root.addEventListener("keydown", rove)
  root.addEventListener("pointerover", entitle)
  root.addEventListener("focusin", (ev) => showTip(root, ev.target))
  root.addEventListener("focusout", () => hideTip())
}

const cut = (e) => e.scrollWidth > e.clientWidth && getComputedStyle(e).textOverflow === "ellipsis"

/* What does not fit is read whole under the pointer, unless somebody gave it a title. */
function entitle(ev) {
  const from = ev.target.closest("*")
  if (from.closest("[title]") || /^(INPUT|SELECT|TEXTAREA)$/.test(from.tagName)) return
  const box = [from, from.parentElement].find((e) => e && cut(e))
  if (box) box.title = box.textContent.trim()
}

/* And where the keyboard is: a browser shows titles to the pointer alone. A row tells all that is cut in it. */
let tip

function showTip(root, from) {
  hideTip()
  if (!from.matches(":focus-visible") || /^(INPUT|SELECT|TEXTAREA)$/.test(from.tagName)) return
  const row = from.closest("tr, [role=option]") ?? from
  const whole = [row, ...row.querySelectorAll("*")].filter(cut).map((e) => e.title || e.textContent.trim())
  if (!whole.length) return
  tip = document.createElement("div")
  tip.className = "tip"
  tip.setAttribute("aria-hidden", "true") // what is cut off is there for a screen reader
  tip.textContent = whole.join("\n")
  root.parentElement.append(tip)
  const {left, top, bottom} = from.getBoundingClientRect(), {offsetWidth: wide, offsetHeight: high} = tip
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - wide - 8))}px`
  tip.style.top = `${bottom + 4 + high > innerHeight ? Math.max(0, top - high - 4) : bottom + 4}px`
}

function hideTip() { tip?.remove(); tip = undefined }

/* Past header and navigation: the next Tab is the first thing in the content. */
function skip(root) {
  let at = root.getRootNode()
  while (at.host && !at.querySelector("main")) at = at.host.getRootNode()
  const main = at.querySelector("main")
  if (!main) return
  main.tabIndex = -1
  main.focus()
}

async function values(form, submitter) {
  const read = {}
  for (const [name, value] of new FormData(form, submitter)) {
    const plain = value instanceof File ? await text(value) : value
    if (plain === null) continue
    read[name] = name in read ? [read[name], plain].flat() : plain
  }
  return read
}

async function text(file) {
  if (!file.name) return null
  if (file.size > FILE_LIMIT) return {name: file.name, text: "", too_large: true}
  return {name: file.name, text: await file.text()}
}

async function copy(from) {
  const text = from.dataset.copy === "link" ? window.location.href : from.dataset.copy
  try { await navigator.clipboard.writeText(text) } catch { copyOldWay(text) }
  from.setAttribute("data-copied", "")
  setTimeout(() => from.removeAttribute("data-copied"), 1500)
}

function copyOldWay(text) { /* the clipboard API is there over https and on localhost only */
  const area = document.createElement("textarea")
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand("copy")
  area.remove()
}

/* ---- keys and time, once a page ------------------------------------------------------------- */

const GROUPS = {listbox: "option", tablist: "tab", menu: "menuitem", radiogroup: "radio"}

function rove(ev) {
  const group = ev.target.closest?.("[role=listbox],[role=tablist],[role=menu],[role=radiogroup]")
  if (ev.key === "Enter" && ev.target.matches?.("[data-act][tabindex]:not(a,button,input,select,textarea)")) {
    ev.target.click()
  }
  if (!group || ev.target.matches("input,textarea,select")) return
  const items = [...group.querySelectorAll(`[role=${GROUPS[group.getAttribute("role")]}]`)]
  const at = items.indexOf(ev.target.closest("[role]"))
  const to = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1}[ev.key]
  if (to === undefined || at < 0) return
  ev.preventDefault()
  items[Math.max(0, Math.min(items.length - 1, to))]?.focus()
}

function cookie(name) {
  const found = document.cookie.split("; ").find((c) => c.startsWith(name + "="))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ""
}

/* Every key that the page has now, in the words of what it does. */
function help() {
  const list = [...sheets].map(({root}) => root.querySelector("#keys dl")).find(Boolean)
  if (!list) return
  const known = new Map([["Esc", "Leave a field, close a menu"], ["↑ ↓", "Move in a list"]])
  for (const {root} of sheets) {
    for (const e of root.querySelectorAll("[data-key],[data-keyhelp]")) {
      const [key, said] = e.dataset.keyhelp?.split("|") ?? [e.dataset.key]
      known.set(key, said ?? e.getAttribute("aria-label") ?? e.querySelector("span")?.textContent ?? e.textContent)
    }
  }
  list.replaceChildren(...[...known].flatMap(([key, said]) => {
    const dt = document.createElement("dt")
    const dd = document.createElement("dd")
    const kbd = document.createElement("kbd")
    kbd.textContent = key
    dt.append(kbd)
    dd.textContent = said
    return [dt, dd]
  }))
  list.closest("dialog").showModal()
}

function closeMenus(root) { root.querySelectorAll("details[data-menu][open]").forEach((d) => { d.open = false }) }

/* Single-key shortcuts: on, unless this browser's owner switched them off. */
const KEYS = "netwb.keys"
function keys_on() { try { return localStorage.getItem(KEYS) !== "off" } catch { return true } }
function keep_keys(on) { try { localStorage.setItem(KEYS, on ? "on" : "off") } catch { /* private window */ } }

/* Where one types; a box that was ticked takes no letters, and the keys go on. */
const writing = (e) => e?.isContentEditable
  || (/^(INPUT|TEXTAREA|SELECT)$/.test(e?.tagName ?? "") && !/^(checkbox|radio)$/.test(e.type))

function pressed(ev) {
  const at = ev.composedPath()[0]
  if (ev.key === "Escape") {
    hideTip()
    for (const {root} of sheets) closeMenus(root)
    if (writing(at) && at.dataset.key === "/") at.blur()
    return
  }
  if (ev.ctrlKey || ev.metaKey || ev.altKey || writing(at) || ev.defaultPrevented) return
  if (!keys_on()) return
  for (const {root} of sheets) {
    const modal = root.querySelector("dialog[open]")
    const target = [...(modal ?? root).querySelectorAll(`[data-key="${CSS.escape(ev.key)}"]`)].find((e) => e.checkVisibility())
    if (!target) continue
    ev.preventDefault()
    if (writing(target)) { target.focus(); target.select?.() } else target.click()
    return
  }
}

export function span(seconds) { /* netwb.views.words.span, for the time after it was drawn */
  const whole = Math.max(0, Math.floor(seconds))
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (whole >= size) return `${Math.floor(whole / size)} ${unit}`
  return `${whole} s`
}

function ages(root) {
  const now = Date.now() / 1000 + (window.netwb?.ahead ?? 0)
  for (const time of root.querySelectorAll("time[data-at]")) {
    const said = span(now - time.dataset.at)
    if (time.textContent !== said) time.textContent = said
  }
}

/* The person's time with UTC under it. */
function clocks(root, now) {
  for (const clock of root.querySelectorAll("[data-clock]")) {
    const at = (zone) => new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: zone}).format(now * 1000)
    try {
      clock.querySelector("b").textContent = at(clock.dataset.clock)
      clock.querySelector("span").textContent = `${at("UTC")} UTC`
      if (window.netwb) window.netwb.zone = clock.dataset.clock
    } catch { /* a zone that this browser does not know: the server's time stays */ }
  }
}

/* netwb.views.words.left, for the time after it was drawn */
function leftWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0")
  const hours = Math.floor(whole / 3600), rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return hours ? `${hours}:${rest}` : rest
}

function countdowns(root) {
  const now = Date.now() / 1000 + (window.netwb?.ahead ?? 0)
  for (const one of root.querySelectorAll("[data-until]")) {
    const left = Math.max(0, one.dataset.until - now)
    const bar = one.querySelector("i")
    one.querySelector("b").textContent = leftWords(left)
    if (!bar) continue
    const share = Math.min(100, 100 * left / (+one.dataset.whole || 1))
    bar.style.width = `${share.toFixed(1)}%`
    one.classList.toggle("low", share <= 10)
  }
}

function tick(root) {
  ages(root)
  countdowns(root)
  clocks(root, Date.now() / 1000 + (window.netwb?.ahead ?? 0))
}

/* BokehJS takes models that the server sends later for new ones of this page, and its next event would
   carry them back whole: 30 kB and more for a click, and a warning in the server's log. */
function sendBackNothing(doc) {
  const apply = doc.apply_json_patch.bind(doc)
  doc.apply_json_patch = (...patch) => { apply(...patch); doc._new_models.clear() }
}

function wire() {
  if (window.netwbSheets) return
  window.netwbSheets = {unsent, sheets}
  window.Bokeh?.documents.forEach(sendBackNothing)
  document.addEventListener("keydown", pressed)
  document.addEventListener("click", (ev) => {
    const inside = new Set(ev.composedPath())
    for (const {root} of sheets) root.querySelectorAll("details[data-menu][open]").forEach((d) => { if (!inside.has(d)) d.open = false })
  })
  setInterval(() => { if (!document.hidden) for (const {root} of sheets) tick(root) }, 5000)
  setInterval(() => { if (!document.hidden) for (const {root} of sheets) countdowns(root) }, 1000)
  window.addEventListener("popstate", () => {
    for (const sheet of sheets) if (sheet.root.querySelector("[data-address]")) sheet.send({act: "went", search: location.search})
  })
}
