// A whole chat, pasted as text, read as messages. Pure: text in, turns out.

const DATE = String.raw`(?:\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,4})?日?[\sT,，]*)?`;
const HOUR = String.raw`(?:上午|下午|[AaPp]\.?[Mm]\.?)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*(?:[AaPp]\.?[Mm]\.?)?`;
const TIME = String.raw`[\[(（【]?\s*${DATE}${HOUR}\s*[\])）】]?`;
const SPOKEN = new RegExp(String.raw`^\s*(${TIME}\s*[-–—|,，]?\s*)?([^:：\n]{1,24}?)\s*(${TIME})?\s*[:：](?!//)\s*(.*)$`);
const HEADED = new RegExp(String.raw`^\s*(?:(${TIME})\s*[-–—|,，]?\s*)?([^:：\n\d]{1,24}?)\s*(${TIME})?\s*$`);

const AGENT = /客服|客戶服務|客户服务|小編|小编|店主|店家|店員|店员|商家|賣家|卖家|我們|我们|專員|专员|agent|support|staff|service|seller|store|helpdesk|\bbot\b/i;
const CUSTOMER = /客人|顧客|顾客|客戶|客户|買家|买家|用戶|用户|會員|会员|訪客|访客|customer|client|buyer|\buser\b|guest|visitor|member/i;

/**
 * The turns of a chat, oldest first: [{role, text}]; null where the text is no chat.
 * Who speaks is known by the label in front; a label that says nothing counts only where each line has a time, and only one is of that kind.
 */
export function readTranscript(text, shop = "") {
  const lines = text.split(/\r?\n/).map(spoken);
  const first = lines.find((line) => line.raw.trim());
  if (!first?.speaker) return null;
  const timed = lines.filter((line) => line.speaker).every((line) => line.timed);
  const strangers = new Set(lines.filter((line) => line.speaker && !roleOf(line.speaker, shop)).map((line) => line.speaker));
  const known = new Set(lines.map((line) => line.speaker && roleOf(line.speaker, shop)).filter(Boolean));
  const guessed = timed && strangers.size === 1 && known.size === 1 ? (known.has("agent") ? "customer" : "agent") : null;
  const turns = [];
  for (const line of lines) {
    const role = line.speaker ? roleOf(line.speaker, shop) ?? guessed : null;
    if (role) turns.push({ role, text: line.text });
    else if (turns.length) turns.at(-1).text += `\n${line.raw}`;
    else if (line.raw.trim()) return null;
  }
  const said = turns.map((turn) => ({ ...turn, text: turn.text.trim() })).filter((turn) => turn.text);
  return said.length >= 2 && said.some((turn) => turn.role === "customer") ? said : null;
}

function spoken(raw) {
  const head = HEADED.exec(raw);
  if (head && (head[1] || head[3])) return { raw, timed: true, speaker: head[2].trim(), text: "" };
  const match = SPOKEN.exec(raw);
  if (match) return { raw, timed: Boolean(match[1] || match[3]), speaker: match[2].trim(), text: match[4] };
  return { raw, timed: false, speaker: "", text: raw };
}

function roleOf(speaker, shop) {
  if (AGENT.test(speaker) || (shop && speaker.includes(shop))) return "agent";
  return CUSTOMER.test(speaker) ? "customer" : null;
}

/** What to ask of a chat: the customer's last words as the message, what came before as history. */
export function split(turns) {
  let from = turns.length;
  while (from > 0 && turns[from - 1].role === "customer") from -= 1;
  return { history: turns.slice(0, from), message: turns.slice(from).map((turn) => turn.text).join("\n") };
}
