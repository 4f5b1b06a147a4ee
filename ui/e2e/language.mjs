// Words that betray the other language. Names of goods and people, logs and codes are data and are left out.

const GERMAN = /(?<![\p{L}\d-])(und|oder|nicht|keine?[nr]?|wird|werden|wurde|ist|sind|noch|eine[nrms]?|der|die|das|dem|den|für|mit|auf|aus|bei|beim|nach|seit|heute|morgen|gestern|übergeben|angehalten|Bestellung(?:en)?|Bestand|Sendung(?:en)?|Fehler|Speichern|Einstellungen)(?![\p{L}\d-])/iu;
const ENGLISH = /(?<![\p{L}\d-])(the|and|or|not|none|is|are|was|were|be|been|this|that|with|from|for|of|to|yet|today|tomorrow|yesterday|order|orders|stock|parcels?|errors?|save|settings|run|runs|failed)(?![\p{L}\d-])/iu;

/** The pieces of text on the page that are written in the wrong language. */
export async function wrongWords(page, locale) {
  const texts = await page.evaluate(() => {
    const DATA = 'td, pre, code, .log, .number, [lang], [data-region="rail"] .place, input, option, script, style, .data';
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.textContent.trim();
      const element = walk.currentNode.parentElement;
      if (text && element && !element.closest(DATA) && element.checkVisibility()) found.push(text);
    }
    for (const element of document.querySelectorAll('[title], [aria-label], [placeholder]')) {
      if (element.closest('td, [lang], tbody')) continue;
      for (const name of ['title', 'aria-label', 'placeholder']) found.push(element.getAttribute(name) ?? '');
    }
    return [...new Set(found)];
  });
  const foreign = locale === 'de' ? ENGLISH : GERMAN;
  return texts.filter((text) => foreign.test(text));
}
