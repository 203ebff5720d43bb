// The description of a sample: the unit that is usual for its form, and the marks of what
// was copied from the sample before. Without this script the server decides the same.
'use strict';
(() => {
  // select[data-usual="FORM:UNIT FORM:UNIT"]: what its empty choice means.
  for (const select of document.querySelectorAll('select[data-usual]')) {
    const form = select.form.elements.form;
    const units = new Map(select.dataset.usual.split(' ').map(pair => pair.split(':')));
    const text = select.options[0].text;
    const tell = () => {
      const unit = [...select.options].find(option => option.value === units.get(form.value));
      select.options[0].text = unit?.value ? `${text}: ${unit.text}` : text;
    };
    form.addEventListener('change', tell);
    tell();
  }

  // What goes with the product is not kept for another.
  const followers = ['sold_as_text', 'expected'];

  function typed(field) {
    const mark = document.querySelector(`[data-copied="${field.name}"]`);
    if (!mark) return;
    mark.remove();
    for (const kept of document.querySelectorAll('input[name=copied]')) {
      if (kept.value === field.name) kept.remove();
    }
    if (field.name !== 'product_id') return;
    for (const name of followers) {
      const other = field.form.elements[name];
      if (!document.querySelector(`[data-copied="${name}"]`)) continue;
      other.value = '';
      typed(other);
    }
  }
  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, event => typed(event.target));
  }
})();
