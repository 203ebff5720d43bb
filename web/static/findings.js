// Findings: Enter in a row goes to the next row, and makes one after the last. The bases
// that are offered are those of the substance, once it is named.
'use strict';
(() => {
  for (const rows of document.querySelectorAll('[data-enter]')) {
    rows.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
      const row = event.target.closest('[data-row]');
      if (!row || event.target.matches('button')) return;
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next?.matches('[data-row]')) next.querySelector('input')?.focus();
      else rows.querySelector('[data-add]').click();
    });

    rows.addEventListener('change', async event => {
      if (!rows.dataset.bases || !event.target.name?.endsWith('.substance')) return;
      const named = event.target.value;
      const select = event.target.closest('[data-row]').querySelector('select[name$=".basis"]');
      const address = new URL(rows.dataset.bases, location.href);
      address.searchParams.set('q', named);
      try {
        const answer = await fetch(address, {headers: {Accept: 'application/json'}});
        const {bases, only} = answer.ok ? await answer.json() : {bases: []};
        if (!bases.length || event.target.value !== named) return;
        const chosen = bases.some(b => b.value === select.value) ? select.value : only;
        select.replaceChildren(new Option('', ''), ...bases.map(b => new Option(b.label, b.value)));
        select.value = chosen;
      } catch {
        // All bases stay, and the server says which is none.
      }
    });
  }
})();
