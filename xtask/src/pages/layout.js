// What axe-core does not look for, as an expression that comes to a list of sentences: links to nothing, ids that stand
// twice, headings over nothing, whatever is wider than its place, text that leaves its drawing or stands on other text.
(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth)
        found.push(`the page is ${root.scrollWidth} pixels wide in a window of ${root.clientWidth}`);
    for (const link of document.querySelectorAll('a[href^="#"]')) {
        const id = decodeURIComponent(link.getAttribute('href').slice(1));
        if (!document.getElementById(id)) found.push(`\`${link.textContent}\` leads to #${id}, which is not there`);
    }
    for (const named of document.querySelectorAll('[aria-labelledby]'))
        for (const id of named.getAttribute('aria-labelledby').split(' '))
            if (!document.getElementById(id)) found.push(`a label is said to be at #${id}, which is not there`);
    const seen = new Set();
    for (const one of document.querySelectorAll('[id]')) {
        if (seen.has(one.id)) found.push(`two elements have the id ${one.id}`);
        seen.add(one.id);
    }
    for (const section of document.querySelectorAll('section'))
        if (section.children.length < 2) found.push(`nothing stands below \`${section.textContent.trim()}\``);
    for (const box of document.querySelectorAll('.scroll'))
        if (box.scrollWidth > box.clientWidth + 1) {
            const caption = box.querySelector('caption');
            const name = caption ? caption.textContent : box.querySelector('table').id;
            found.push(`the table \`${name}\` is ${box.scrollWidth} pixels wide in a place of ${box.clientWidth}`);
        }
    for (const svg of document.querySelectorAll('svg.drawing')) {
        if (!svg.checkVisibility()) continue;
        const frame = svg.getBoundingClientRect();
        const name = svg.querySelector('title').textContent;
        const texts = [...svg.querySelectorAll('text')].map(text => {
            const lines = [...text.childNodes].filter(node => node.nodeType === 3).map(node => node.data);
            return [lines.join(''), text.getBoundingClientRect()];
        });
        texts.forEach(([said, box], index) => {
            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1)
                found.push(`${name}: \`${said}\` leaves the drawing`);
            for (const [other, its] of texts.slice(index + 1))
                if (box.left < its.right - 1 && its.left < box.right - 1 && box.top < its.bottom - 4 && its.top < box.bottom - 4)
                    found.push(`${name}: \`${said}\` stands on \`${other}\``);
        });
    }
    return found;
})()
