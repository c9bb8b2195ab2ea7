// The switch between light and dark. It runs before the page is drawn, so that nothing flashes; the browser remembers the choice.

(() => {
  const root = document.documentElement;
  root.style.colorScheme = localStorage.getItem('appearance') ?? 'light dark';
  document.addEventListener('DOMContentLoaded', () => {
    const select = document.getElementById('appearance');
    select.value = root.style.colorScheme;
    select.addEventListener('change', () => {
      root.style.colorScheme = select.value;
      localStorage.setItem('appearance', select.value);
    });
  });
})();
