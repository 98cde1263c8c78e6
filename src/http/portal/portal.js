// The page of a subject's own file. The code comes in the fragment, leaves the address at once, and is exchanged when the reader
// says so. The session stays in this page's memory and nowhere else; nothing is loaded from elsewhere.
'use strict';

// What is shown of the file: where it is asked for, what of the answer it is, and the members of each line in their order.
const LINE = ['phase', 'life', 'valid_from', 'in_force_from', 'recorded_at', 'end', 'marks', 'steps'];
const RECORD = ['issuer', 'decision', 'severity', 'polarity', 'summary', 'details', ...LINE, 'published', 'publicity_until', 'restriction_until'];
const REQUEST = ['issuer', 'ground', 'target', 'deadlines', ...LINE];
const USE = ['issuer', 'purpose', 'what', 'recipient', 'scope', ...LINE];
const SECTIONS = [
  { id: 'standing', ask: '/v1/questions/standing', parts: [['states', ['state']], ['registration', ['name', 'kind', 'identifiers', 'issuer', 'valid_from']], ['listings', ['issuer', 'list', 'decision', 'row', 'until', ...LINE]]] },
  { id: 'records', ask: '/v1/questions/records', parts: [['public', RECORD], ['shared', RECORD], ['restricted', RECORD]] },
  { id: 'measures', ask: '/v1/questions/measures', parts: [['measures', ['issuer', 'direction', 'effective', 'term', 'bars', 'basis', ...LINE]]] },
  { id: 'repairs', ask: '/v1/questions/repairs', parts: [['repairs', ['issuer', 'target', 'statement', 'corrected_on', 'due', 'overdue', ...LINE]]] },
  { id: 'objections', ask: '/v1/questions/objections', parts: [['objections', REQUEST], ['complaints', REQUEST], ['holds', REQUEST]] },
  { id: 'uses', ask: '/v1/questions/uses', parts: [['consents', USE], ['reports', USE], ['uses', USE]] },
  { id: 'accesses', ask: '/v1/accesses', parts: [['accesses', ['recorded_at', 'purpose', 'question', 'case', 'case_withheld', 'own_competence', 'consent', 'through', 'compromised_since', 'opened_by_compromised', 'visible_from']]] },
];
// What of a thing within a line says something to people.
const WITHIN = ['at', 'cause', 'reason', 'mark', 'kind', 'issuer', 'domain', 'outcome', 'statement', 'number', 'date', 'issued_by', 'article', 'served_on', 'period', 'last_day', 'overdue', 'valid_from'];

let language = document.documentElement.lang;
let words = null;
let names = { types: new Map(), authorities: new Map(), fields: new Map() };
let code = '';
let session = null;
let answers = new Map();
let status = null;
let timer = null;

const $ = (id) => document.getElementById(id);
const tag = () => (language === 'en' ? 'en' : 'zh');
const say = (key) => words.ui[key][tag()];
const pick = (both) => (both ? both[tag()] : '');
const element = (name, text, attributes) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  Object.entries(attributes || {}).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
};
const label = (name) => pick(words.labels[name]) || name.replaceAll('_', ' ');

async function json(path, options) {
  const answer = await fetch(path, { cache: 'no-store', credentials: 'omit', ...options, headers: { 'accept-language': language, ...(options && options.headers) } });
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.title), { status: answer.status, type: body.type, advice: body.advice });
  // By the server's clock, which fixed how long things hold: a telephone's may be wrong.
  return Object.defineProperty(body || {}, 'answeredAt', { value: Date.parse(answer.headers.get('date')) || Date.now(), enumerable: false });
}

const post = (path, body, token) => json(path, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  body: JSON.stringify(body),
});

// What stands in the status line, as a function so that it is said again in the other language.
function tell(how) {
  status = how;
  $('status').textContent = how ? how() : '';
}

// What went wrong, in the language that is read now.
const told = (error) => () => {
  const known = words.problems[(error.type || '').split(':').pop()];
  if (known) return `${pick(known.title)}${tag() === 'zh' ? '。' : '. '}${pick(known.advice)}`;
  return error.advice ? `${error.message}${tag() === 'zh' ? '。' : '. '}${error.advice}` : say('unreachable');
};

function when(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(text);
  if (!found) return text;
  const [, year, month, day, hour] = found;
  const date = tag() === 'zh' ? `${year}年${Number(month)}月${Number(day)}日` : `${year}-${month}-${day}`;
  return hour ? `${date} ${hour}` : date;
}

function named(name, text) {
  const known = words.values[name] && words.values[name][text];
  if (known) return pick(known);
  if (name === 'issuer' || name === 'reader' || name === 'authority') return pick(names.authorities.get(text)) || text;
  if (name === 'type' || name === 'list' || name === 'measure') return pick(names.types.get(text)) || text;
  if (name === 'question') return asked(text);
  return when(text);
}

// What was asked, by the last part of its path, where that is a part of the file.
function asked(text) {
  const parts = text.split('?')[0].split('/');
  if (parts[2] === 'entries') return say('entry');
  const part = parts.pop();
  return part in words.ui ? say(part) : say('other');
}

// A value on a line, or a list or a table of what is within it; `type` is whose fields it has.
function shown(name, value, type) {
  if (value === true || value === false) return document.createTextNode(say(value ? 'yes' : 'no'));
  if (Array.isArray(value)) {
    const list = element('ul');
    value.forEach((one) => {
      const item = element('li');
      item.append(shown(name, one, type));
      list.append(item);
    });
    return list;
  }
  if (value !== null && typeof value === 'object') {
    if (typeof value.zh === 'string' && typeof value.en === 'string') return document.createTextNode(pick(value));
    const own = name === 'details' || name === 'row' ? Object.keys(value) : WITHIN.filter((member) => member in value);
    return rows(value, own, name === 'details' || name === 'row' ? type : undefined);
  }
  return document.createTextNode(named(name, String(value)));
}

// Members by their labels; fields of a type, where one is named, by what the catalogue calls them and their values.
function rows(line, members, type) {
  const list = element('dl');
  members.filter((name) => !isNothing(line[name])).forEach((name) => {
    const said = element('dd');
    const field = type === undefined ? undefined : (names.fields.get(type) || new Map()).get(name);
    const titled = field && typeof line[name] === 'string' ? line[name].split(';').map((value) => pick((field.values || []).find((one) => one.value === value)?.title) || value).join(tag() === 'zh' ? '、' : ', ') : null;
    if (titled !== null && titled !== undefined) said.append(document.createTextNode(titled));
    else said.append(shown(name, line[name], line.type || line.list || ''));
    list.append(element('dt', type === undefined ? label(name) : pick(field && field.title) || name), said);
  });
  return list;
}

const isNothing = (value) => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  || (typeof value === 'object' && Object.keys(value).length === 0);

function heading(line, part, number) {
  if (line.title) return pick(line.title);
  if (line.type) return named('type', line.type);
  if (line.list) return named('list', line.list);
  if (line.by_subject) return say('yourself');
  if (line.reader) return named('reader', line.reader);
  if (line.through) return say('another');
  if (line.state) return named('state', line.state);
  return number ? `${label(part)} ${number}` : label(part);
}

function card(line, part, members, number) {
  const found = element('article');
  found.append(element('h4', heading(line, part, number)), rows(line, members));
  return found;
}

function section({ id, parts }) {
  const answer = answers.get(id);
  const found = element('section', null, { id: `part-${id}`, 'aria-labelledby': `head-${id}` });
  found.append(element('h2', say(id), { id: `head-${id}`, tabindex: '-1' }));
  if (!answer) return found;
  if (answer.error) {
    found.append(element('p', told(answer.error)(), { class: 'note' }));
    return found;
  }
  parts.forEach(([part, members]) => {
    const all = answer.pages.flatMap((page) => page[part] || []);
    if (parts.length > 1) found.append(element('h3', label(part)));
    if (part === 'states') {
      const list = element('ul');
      all.forEach((line) => list.append(element('li', named('state', line.state))));
      found.append(all.length ? list : element('p', say('nothing'), { class: 'note' }));
      return;
    }
    if (all.length === 0) found.append(element('p', say('nothing'), { class: 'note' }));
    all.forEach((line, at) => found.append(card(line, part, members, all.length > 1 ? at + 1 : 0)));
  });
  const last = answer.pages[answer.pages.length - 1];
  if (last.withheld > 0) found.append(element('p', say('withheld').replace('{}', last.withheld), { class: 'note' }));
  if (answer.failed) found.append(element('p', told(answer.failed)(), { class: 'note' }));
  if (last.next !== undefined) {
    const more = element('button', say('more'), { type: 'button' });
    more.addEventListener('click', () => turn(id, last.next));
    found.append(more);
  }
  const notice = pick(answer.pages[0].notice);
  if (notice) found.append(element('p', notice, { class: 'note' }));
  return found;
}

function render() {
  document.documentElement.lang = language;
  document.title = say('title');
  document.querySelectorAll('[data-word]').forEach((one) => { one.textContent = say(one.dataset.word); });
  document.querySelectorAll('[data-label]').forEach((one) => one.setAttribute('aria-label', say(one.dataset.label)));
  document.querySelectorAll('[data-language]').forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.language === language)));
  tell(status);
  $('door').hidden = session !== null;
  $('typed').hidden = code !== '';
  $('file').hidden = session === null;
  if (session === null) return;
  $('until').textContent = say('until').replace('{}', when(session.until));
  $('contents').replaceChildren(...SECTIONS.map(({ id }) => {
    const item = element('li');
    item.append(element('a', say(id), { href: `#part-${id}` }));
    return item;
  }));
  $('sections').replaceChildren(...SECTIONS.map(section));
}

async function load(one, cursor) {
  const { ask, id } = one;
  const by = id === 'accesses' ? 'before' : 'after';
  const path = cursor === undefined ? ask : `${ask}?${by}=${cursor}`;
  const before = cursor === undefined ? [] : answers.get(id).pages;
  try {
    answers.set(id, { pages: [...before, await post(path, { subject: session.subject }, session.session)] });
  } catch (error) {
    if (error.status === 401) throw error;
    // What was shown stays, and can be gone on from.
    answers.set(id, before.length > 0 ? { pages: before, failed: error } : { error });
  }
}

async function turn(id, cursor) {
  try {
    await load(SECTIONS.find((one) => one.id === id), cursor);
    render();
    $(`head-${id}`).focus();
  } catch (error) {
    over(told(error));
  }
}

async function open(event) {
  event.preventDefault();
  const given = code || codeIn($('code').value);
  code = '';
  $('code').value = '';
  tell(() => say('opening'));
  try {
    session = await post('/v1/sessions', { code: given });
  } catch (error) {
    tell(told(error));
    render();
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(() => over(() => say('over')), Math.max(0, Date.parse(session.until) - session.answeredAt));
  try {
    await titles();
    // Who looked comes last, with the looks of this page.
    for (const one of SECTIONS) {
      if (session === null) return;
      await load(one);
    }
    if (session === null) return;
    tell(() => say('opened'));
    render();
    document.querySelector('h1').setAttribute('tabindex', '-1');
    document.querySelector('h1').focus();
  } catch (error) {
    over(told(error));
  }
}

// What types, lists, measures and authorities are called: everybody may know that.
async function titles() {
  const [{ authorities }, catalogue] = await Promise.all([json('/v1/authorities'), json('/v1/catalogue')]);
  authorities.forEach((one) => names.authorities.set(one.id, one.name));
  (catalogue.types || []).forEach((one) => names.fields.set(one.code, new Map((one.fields || []).map((field) => [field.name, field]))));
  [catalogue.types, catalogue.lists, catalogue.measures].forEach((all) => (all || []).forEach((one) => names.types.set(one.code, one.title)));
}

// Nothing of the file stays on the page.
function over(how) {
  clearTimeout(timer);
  session = null;
  answers = new Map();
  $('sections').replaceChildren();
  tell(how);
  render();
  $('status').focus();
}

async function end() {
  const { session: token } = session;
  over(() => say('ended'));
  await fetch('/v1/sessions', { method: 'DELETE', credentials: 'omit', keepalive: true, headers: { authorization: `Bearer ${token}` } }).catch(() => {});
}

// The code in what was typed: it, or the link that holds it.
const codeIn = (text) => text.replace(/\s/g, '').split('#').pop();

// Takes the code out of the address. It is used when the reader says so.
function take() {
  if (!window.location.hash) return;
  const found = codeIn(window.location.hash);
  window.history.replaceState(null, '', window.location.pathname);
  if (!/^[A-Za-z0-9_-]{30}$/.test(found)) return;
  code = found;
  // Another link was opened where a file is shown already.
  if (session !== null) end();
}

async function begin() {
  take();
  words = await json('/portal/words.json');
  document.querySelectorAll('[data-language]').forEach((one) => one.addEventListener('click', () => {
    language = one.dataset.language;
    render();
  }));
  $('status').setAttribute('tabindex', '-1');
  $('door').addEventListener('submit', open);
  $('end').addEventListener('click', end);
  window.addEventListener('hashchange', () => {
    take();
    render();
  });
  // Who comes back to a page that was left finds it closed.
  window.addEventListener('pagehide', () => {
    if (session !== null) end();
  });
  render();
}

begin();
