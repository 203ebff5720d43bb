// Rows that are added and taken away, and fields that come with the value of
// another. Without this script the page shows them all.
'use strict';
(() => {
  // Rows: [data-rows] holds fieldset[data-row] and a <template> in which __n__
  // stands for the number of the row. Numbers are never used twice.
  for (const rows of document.querySelectorAll('div[data-rows]')) {
    const template = rows.querySelector('template');
    const add = rows.querySelector('[data-add]');
    const numbers = [...rows.querySelectorAll('[data-row] [name]')].map(field => Number(field.name.split('.')[1]));
    let next = Math.max(-1, ...numbers) + 1;
    rows.querySelectorAll('[data-without-script]').forEach(button => button.hidden = true);
    rows.querySelectorAll('[data-remove]').forEach(button => button.hidden = false);
    add.hidden = false;
    add.addEventListener('click', () => {
      const made = document.createElement('template');
      made.innerHTML = template.innerHTML.replaceAll('__n__', next++);
      const row = made.content.firstElementChild;
      row.querySelectorAll('[data-remove]').forEach(button => button.hidden = false);
      const all = rows.querySelectorAll('[data-row]');
      if (all.length) all[all.length - 1].after(row);
      else rows.prepend(row);
      row.querySelector('input:not([type=hidden]), select, textarea')?.focus();
    });
    rows.addEventListener('click', event => {
      const button = event.target.closest('[data-remove]');
      if (!button) return;
      const row = button.closest('[data-row]');
      const beside = row.nextElementSibling?.matches('[data-row]') ? row.nextElementSibling : row.previousElementSibling;
      const form = row.closest('form');
      row.remove();
      (beside?.querySelector('[data-remove]') ?? add).focus();
      form?.dispatchEvent(new Event('change', {bubbles: true}));
    });
  }

  // Fields: data-when="NAME" data-is="VALUE VALUE". What is hidden is not sent; what
  // has a mistake is not hidden, nor with data-held what holds something. A [data-any] is
  // hidden with all of its fields.
  function arrange(form) {
    for (const part of form.querySelectorAll('[data-when]')) {
      const value = form.elements[part.dataset.when]?.value ?? '';
      const shown = part.dataset.is.split(' ').includes(value) || part.querySelector('[aria-invalid], .wrong') !== null ||
        part.dataset.held !== undefined && [...part.querySelectorAll('input, select')].some(field => field.value);
      part.hidden = !shown;
      part.querySelectorAll('input, select, textarea').forEach(field => field.disabled = !shown);
    }
    for (const part of form.querySelectorAll('[data-any]')) {
      part.hidden = [...part.querySelectorAll('[data-when]')].every(field => field.hidden);
    }
  }
  for (const form of document.querySelectorAll('form')) {
    if (!form.querySelector('[data-when]')) continue;
    arrange(form);
    form.addEventListener('change', () => arrange(form));
  }
})();
