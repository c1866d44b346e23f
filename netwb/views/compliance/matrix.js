// Draws devices by rules: only the rows near what is seen, whatever there are. See netwb/views/compliance/grid.py.
// Device text reaches the page through esc() alone; shapes and words of states come from the server.

const GROUP = 40, DEVICE = 30, NOTE = 44, CELL = 30 // px
const AHEAD = 300 // px above and below the window that are drawn
const CODES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}
// What the eye does not see, or what reorders the line it stands in; as in netwb/views/html.py.
const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g
const named = found => `[U+${found.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`
const esc = text => String(text).replace(UNSEEN, named).replace(/[&<>"]/g, c => CODES[c])
const NONE = {rules: [], items: [], words: {}, classes: {}, bad: '', base: '', label: ''}

class Matrix {
  constructor(model) {
    this.model = model
    this.root = document.createElement('div')
    this.root.className = 'matrix nb'
    this.root.innerHTML = '<style></style><div class="said"></div>' +
      '<div class="scroll" role="grid"><div class="head" role="row"></div><div class="body" role="presentation"></div></div>' +
      '<button type="button" class="further" hidden></button>'
    const find = name => this.root.querySelector(name)
    this.style = find('style')
    this.said = find('.said')
    this.scroller = find('.scroll')
    this.head = find('.head')
    this.body = find('.body')
    this.further = find('.further')
    this.rows = new Map()
    this.at = {row: 0, column: 0}
    this.colour()
    this.listen()
    this.draw()
    this.say()
  }

  // In a notebook there is no page whose colours are inherited: its theme is asked for.
  colour() {
    if (getComputedStyle(document.documentElement).getPropertyValue('--accentBg')) return
    const {jpThemeLight} = document.body.dataset
    const dark = jpThemeLight ? jpThemeLight === 'false' : document.body.classList.contains('vscode-dark')
    this.root.classList.add('alone', dark ? 'dark' : 'light')
  }

  // Where it leads; in a notebook nothing leads anywhere.
  href(url) { return this.grid.base ? ` href="${esc(url)}"` : '' }

  listen() {
    const {scroller, root, model} = this
    scroller.addEventListener('scroll', () => { this.fill(); this.beyond() }, {passive: true})
    scroller.addEventListener('keydown', event => this.press(event))
    scroller.addEventListener('pointerover', event => this.cross(event.target.closest('.c, .rule')))
    scroller.addEventListener('pointerleave', () => this.cross(null))
    scroller.addEventListener('focusin', event => this.focused(event.target))
    root.addEventListener('click', event => this.click(event))
    this.further.addEventListener('click', () => scroller.scrollBy({left: scroller.clientWidth / 2}))
    this.sized = new ResizeObserver(() => { this.fill(); this.beyond() })
    this.sized.observe(scroller)
    this.escape = event => this.leave(event)
    document.addEventListener('keydown', this.escape)
    model.on('html', () => this.say())
    model.on('grid', () => this.draw())
    model.on('chosen', () => this.choose(true))
    model.on('remove', () => { this.sized.disconnect(); document.removeEventListener('keydown', this.escape) })
  }

  send(said) { this.model.send_msg(said) }

  // Words in the place of rows: loading, an error, nothing there.
  say() {
    this.said.innerHTML = this.model.html
    this.root.classList.toggle('talks', !!this.model.html)
  }

  draw() {
    const had = this.scroller.contains(this.root.getRootNode().activeElement)
    const was = this.place(), top = this.scroller.scrollTop
    this.grid = this.model.grid ? JSON.parse(this.model.grid) : NONE
    const {items, rules, label} = this.grid
    this.tops = []
    let height = 0
    for (const [kind] of items) {
      this.tops.push(height)
      height += kind === 'd' ? DEVICE : kind === 'g' ? GROUP : NOTE
    }
    this.rows.clear()
    this.body.replaceChildren()
    this.body.style.height = `${height + 24}px`
    this.body.style.width = this.head.style.width = `calc(var(--first) + ${rules.length * CELL + 84}px)`
    this.scroller.setAttribute('aria-label', label)
    this.scroller.setAttribute('aria-rowcount', items.length + 1)
    this.scroller.setAttribute('aria-colcount', rules.length + 1)
    this.head.innerHTML = '<span class="first" role="columnheader">' + '<span class="unseen">Device</span></span>' + rules.map(([id, title, count], at) =>
      `<a class="rule" role="columnheader" aria-colindex="${at + 2}" data-column="${at}" tabindex="-1"${this.href(`${this.grid.base}rule=${encodeURIComponent(id)}`)}` +
      ` title="${esc(id)}: ${esc(title)}" aria-label="${esc(id)}: ${esc(title)}, ${esc(count)}"><span>${esc(id)}</span></a>`).join('')
    this.go(was, false)
    this.scroller.scrollTop = Math.min(top, height)
    this.choose(false)
    this.fill()
    this.beyond()
    if (had) this.cell(this.at)?.focus({preventScroll: true})
  }

  // Where one is, by names, as another drawing may order them otherwise.
  place() {
    const item = this.grid?.items[this.at.row]
    return {device: item?.[0] === 'd' ? item[1] : '', rule: this.grid?.rules[this.at.column]?.[0] ?? ''}
  }

  find({device, rule}) {
    const {items, rules} = this.grid
    const row = items.findIndex(([kind, id]) => kind === 'd' && id === device)
    const column = rules.findIndex(([id]) => id === rule)
    return {row, column}
  }

  go(wanted) {
    const {row, column} = this.find(wanted)
    const first = this.grid.items.findIndex(([kind]) => kind === 'd')
    this.at = {row: row < 0 ? first : row, column: Math.max(0, column)}
  }

  choose(bring) {
    this.chosen = this.model.chosen ? JSON.parse(this.model.chosen) : {device: '', rule: ''}
    const {row, column} = this.find(this.chosen)
    for (const drawn of this.root.querySelectorAll('[aria-selected]')) drawn.removeAttribute('aria-selected')
    if (row >= 0 && column >= 0) {
      this.move({row, column})
      if (bring) this.bring({row, column})
      this.fill()
      this.cell({row, column})?.setAttribute('aria-selected', 'true')
    }
    this.line()
  }

  // Row and column of what is chosen and of what the pointer is over.
  line() {
    const {row, column} = this.find(this.chosen), rules = []
    const ruled = this.grid.rules.findIndex(([id]) => id === this.chosen.rule)
    if (ruled >= 0) {
      rules.push(`.d>.c:nth-child(${ruled + 2}){background:var(--accentBg)}`)
      rules.push(`.head>.rule:nth-child(${ruled + 2}){color:var(--accent);font-weight:600}`)
    }
    if (row >= 0 && column >= 0) rules.push(`.d[data-row="${row}"]>.c{background:var(--accentBg)}`)
    const over = this.over
    if (over) {
      rules.push(`.d>.c:nth-child(${over.column + 2}){box-shadow:inset 0 0 0 30px var(--cross)}`)
      rules.push(`.d[data-row="${over.row}"]>.c{box-shadow:inset 0 0 0 30px var(--cross)}`)
      rules.push(`.head>.rule:nth-child(${over.column + 2}){color:var(--t1)}`)
    }
    this.style.textContent = rules.join('')
  }

  cross(from) {
    const over = from ? {row: +(from.parentElement.dataset.row ?? -1), column: +from.dataset.column} : null
    if (over?.row === this.over?.row && over?.column === this.over?.column) return
    this.over = over
    this.line()
  }

  // ---- rows

  fill() {
    const {items} = this.grid, from = this.scroller.scrollTop - AHEAD, to = this.scroller.scrollTop + this.scroller.clientHeight + AHEAD
    let first = this.before(from)
    const near = new Set([this.at.row])
    for (; first < items.length && this.tops[first] < to; first++) near.add(first)
    for (const [number, drawn] of this.rows) {
      if (near.has(number)) continue
      drawn.remove()
      this.rows.delete(number)
    }
    for (const number of [...near].sort((a, b) => a - b)) if (items[number] && !this.rows.has(number)) this.add(number)
  }

  // The last row that begins above there.
  before(y) {
    let low = 0, high = this.tops.length
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.tops[mid] < y) low = mid + 1
      else high = mid
    }
    return Math.max(0, low - 1)
  }

  add(number) {
    const box = document.createElement('div')
    box.innerHTML = this.row(number)
    const row = box.firstElementChild
    row.style.top = `${this.tops[number]}px`
    const after = [...this.rows.keys()].filter(n => n > number).sort((a, b) => a - b)[0]
    this.body.insertBefore(row, after === undefined ? null : this.rows.get(after)) // in the order in which it is read
    this.rows.set(number, row)
  }

  row(number) {
    const item = this.grid.items[number], kind = item[0]
    const head = `role="row" aria-rowindex="${number + 2}" data-row="${number}"`
    if (kind === 'g') return `<div class="g" ${head}><span class="first" role="rowheader"><b>${esc(item[1])}</b> ${esc(item[2])}</span></div>`
    if (kind === 'n') return `<div class="n" ${head}><span class="first" role="rowheader">${item[1]}</span></div>`
    const [, id, hostname, platform, note, codes, href] = item
    const cells = [...codes].map((code, at) => this.drawn(number, at, id, hostname, code)).join('')
    return `<div class="d" ${head}><span class="first" role="rowheader"><a${this.href(href)} class="cut" tabindex="-1" title="${esc(hostname)}"><b>${esc(hostname)}</b></a>` +
      `<i class="cut">${esc(platform)}</i><span class="many">${esc(note)}</span></span>${cells}</div>`
  }

  drawn(row, column, id, hostname, code) {
    const {words, classes, bad, rules, base} = this.grid, rule = rules[column][0], kind = classes[code]
    const here = row === this.at.row && column === this.at.column
    const chosen = id === this.chosen?.device && rule === this.chosen?.rule
    const said = `${hostname}, ${rule}: ${words[code]}`
    return `<a class="c ${kind}" role="gridcell" aria-colindex="${column + 2}" data-column="${column}" tabindex="${here ? 0 : -1}"${chosen ? ' aria-selected="true"' : ''}` +
      `${this.href(`${base}device=${encodeURIComponent(id)}&rule=${encodeURIComponent(rule)}`)} aria-label="${esc(said)}"${code === '.' ? '' : ` title="${esc(said)}"`}>${kind === 'k-bad' ? bad : ''}</a>`
  }

  cell({row, column}) {
    const line = row < 0 ? this.head : this.rows.get(row)
    return line?.querySelector(`[data-column="${column}"]`)
  }

  // ---- moving

  move(to) {
    this.cell(this.at)?.setAttribute('tabindex', '-1')
    this.at = to
    this.cell(to)?.setAttribute('tabindex', '0')
  }

  // Whole within what is seen, beside the device and under the names of the rules.
  bring({row, column}) {
    const {scroller} = this, first = this.head.firstElementChild.offsetWidth, high = this.head.offsetHeight
    const left = first + column * CELL, top = high + (this.tops[row] ?? 0)
    if (left - first < scroller.scrollLeft) scroller.scrollLeft = left - first
    else if (left + 2 * CELL > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = left + 2 * CELL - scroller.clientWidth
    if (row < 0) return
    if (top - high < scroller.scrollTop) scroller.scrollTop = Math.max(0, top - high - GROUP)
    else if (top + 2 * DEVICE > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + 2 * DEVICE - scroller.clientHeight
  }

  step(down, right) {
    const {items, rules} = this.grid
    let {row, column} = this.at
    column = Math.max(0, Math.min(rules.length - 1, column + right))
    for (let left = Math.abs(down); left > 0; left--) {
      let next = row + Math.sign(down)
      while (next >= 0 && next < items.length && items[next][0] !== 'd') next += Math.sign(down)
      if (next >= items.length) break
      row = Math.max(-1, next)
      if (row < 0) break
    }
    return {row, column}
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest('.c, .rule')) return
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / DEVICE) - 6), many = this.grid.rules.length
    const moves = {
      ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
      Home: [0, -many], End: [0, many], PageDown: [page, 0], PageUp: [-page, 0],
    }
    if (event.key in moves) {
      event.preventDefault()
      const to = this.step(...moves[event.key])
      this.bring(to)
      this.move(to)
      this.fill()
      this.cell(to)?.setAttribute('tabindex', '0')
      this.cell(to)?.focus({preventScroll: true})
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      this.open(event.target.closest('.c, .rule'))
    }
  }

  focused(from) {
    const cell = from.closest('.c, .rule')
    if (!cell) return
    const row = +(cell.parentElement.dataset.row ?? -1), column = +cell.dataset.column
    if (row !== this.at.row || column !== this.at.column) this.move({row, column})
  }

  open(cell) {
    const row = +(cell.parentElement.dataset.row ?? -1), rule = this.grid.rules[+cell.dataset.column][0]
    this.send(row < 0 ? {act: 'rule', rule} : {act: 'cell', device: this.grid.items[row][1], rule})
    this.comeUp()
  }

  // Where the matrix stands above what was chosen, that is scrolled to once it is there.
  comeUp() {
    let at = this.root
    while (at && !at.classList?.contains('nb-panes')) at = at.parentElement ?? at.getRootNode().host
    if (at && getComputedStyle(at).flexDirection === 'column') setTimeout(() => { at.scrollTop = at.scrollHeight }, 200)
  }

  click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return
    const acting = event.target.closest('[data-act]')
    const cell = event.target.closest('.c, .rule')
    if (!acting && !cell) return
    event.preventDefault()
    if (acting) return this.send({...acting.dataset})
    cell.focus({preventScroll: true})
    this.open(cell)
  }

  leave(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.chosen?.rule || !this.root.checkVisibility()) return
    const at = event.composedPath()[0]
    if (at instanceof Element && (at.isContentEditable || at.closest('details[open]') || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return
    for (const {root} of window.netwbSheets?.sheets ?? []) if (root.querySelector('dialog[open]')) return
    this.send({act: 'shut'})
    this.cell(this.at)?.focus({preventScroll: true})
  }

  // How many rules stand further to the right.
  beyond() {
    const {scroller, further} = this, first = this.head.firstElementChild?.offsetWidth ?? 0
    const seen = Math.floor((scroller.scrollLeft + scroller.clientWidth - first) / CELL)
    const left = this.grid.rules.length - Math.max(0, seen)
    further.hidden = left <= 0 || scroller.clientWidth < first
    further.textContent = `+${left} \u203a`
    further.setAttribute('aria-label', `${left} further rules to the right`)
  }
}

export function render({model}) {
  return new Matrix(model).root
}

export default {render}
