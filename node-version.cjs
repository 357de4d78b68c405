// Every npm script runs this file first. It is ES5, so that every version of Node.js can run it and say what is wrong.
var needed = parseInt(require('./package.json').engines.node.replace('>=', ''), 10);
if (parseInt(process.versions.node, 10) < needed) {
  console.error('Node.js %s or later is needed, got %s.', needed, process.versions.node);
  process.exit(1);
}
