// Type-ahead for fields with data-suggest="ADDRESS": a list under the field that
// never takes over. What is typed stays unless a suggestion is chosen.
'use strict';
(() => {
  const wait = 120; // ms
  let lists = 0;

  document.addEventListener('focusin', event => {
    if (event.target.matches('[data-suggest]:not([role])')) attach(event.target);
  });

  function attach(field) {
    const list = document.createElement('ul');
    list.id = `suggestions-${++lists}`;
    list.className = 'suggestions';
    list.role = 'listbox';
    list.ariaLabel = field.labels[0]?.textContent ?? '';
    list.hidden = true;
    const count = document.createElement('span');
    count.className = 'unseen';
    count.role = 'status';
    field.after(list, count);
    field.role = 'combobox';
    field.ariaAutoComplete = 'list';
    field.ariaExpanded = 'false';
    field.setAttribute('aria-controls', list.id);

    let timer, asked, marked = -1;

    function close() {
      clearTimeout(timer);
      asked?.abort();
      list.hidden = true;
      list.replaceChildren();
      count.textContent = '';
      field.ariaExpanded = 'false';
      mark(-1);
    }

    function mark(index) {
      list.children[marked]?.setAttribute('aria-selected', 'false');
      marked = index;
      const option = list.children[index];
      if (!option) {
        field.removeAttribute('aria-activedescendant');
        return;
      }
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({block: 'nearest'});
      field.setAttribute('aria-activedescendant', option.id);
    }

    function choose(option) {
      field.value = option.dataset.value;
      close();
      field.dispatchEvent(new Event('change', {bubbles: true}));
    }

    // What was marked stays marked while it is on the list: a late answer must not
    // turn Enter into sending the form.
    function show(found) {
      const kept = list.children[marked]?.dataset.value;
      list.replaceChildren(...found.map((entry, i) => {
        const option = document.createElement('li');
        option.id = `${list.id}-${i}`;
        option.role = 'option';
        option.ariaSelected = 'false';
        option.dataset.value = entry.value;
        option.append(entry.label);
        if (entry.note) {
          const note = document.createElement('small');
          note.textContent = entry.note;
          option.append(' ', note);
        }
        return option;
      }));
      list.hidden = found.length === 0;
      field.ariaExpanded = String(found.length > 0);
      count.textContent = document.body.dataset.suggestions.replace('{n}', found.length);
      marked = -1;
      mark(found.findIndex(entry => entry.value === kept));
    }

    async function ask() {
      const typed = field.value.trim();
      if (!typed) return close();
      asked?.abort();
      const mine = asked = new AbortController();
      try {
        const address = new URL(field.dataset.suggest, location.href);
        address.searchParams.set('q', typed);
        const answer = await fetch(address, {signal: mine.signal, headers: {Accept: 'application/json'}});
        const found = answer.ok ? await answer.json() : [];
        if (!mine.signal.aborted && document.activeElement === field) show(found);
      } catch {
        // Without suggestions it is a plain field.
      }
    }

    field.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    });
    field.addEventListener('blur', close);
    field.addEventListener('keydown', event => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const n = list.children.length;
      switch (event.key) {
        case 'ArrowDown':
          if (n) mark((marked + 1) % n);
          else ask();
          break;
        case 'ArrowUp':
          if (!n) return;
          mark(marked > 0 ? marked - 1 : n - 1);
          break;
        case 'Enter':
          if (marked < 0) return;
          choose(list.children[marked]);
          break;
        case 'Tab':
          if (marked >= 0) choose(list.children[marked]);
          return;
        case 'Escape':
          if (!n) return;
          close();
          break;
        default:
          return;
      }
      event.preventDefault();
    });
    // A press must not take the focus from the field before the click arrives.
    list.addEventListener('mousedown', event => event.preventDefault());
    list.addEventListener('click', event => {
      const option = event.target.closest('li');
      if (option) choose(option);
    });
  }

  if (document.activeElement?.matches('[data-suggest]')) attach(document.activeElement);
})();
