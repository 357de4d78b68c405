// Every npm script runs this file first: it checks the version of Node.js, that npm passed the options on to the script,
// and with the argument python3 the version of Python. It is ES5, so that every version of Node.js can run it.
// biome-ignore lint/style/useNodejsImportProtocol: old versions do not know the protocol
var spawnSync = require('child_process').spawnSync;

function checkNode() {
  var needed = parseInt(require('./package.json').engines.node.replace('>=', ''), 10);
  if (parseInt(process.versions.node, 10) >= needed) return;
  console.error('Node.js %s or later is needed, got %s.', needed, process.versions.node);
  process.exit(1);
}

// Without `--`, npm takes -c for its own option --call. `npm exec -c` sets the same variable, to a command.
function checkOptions() {
  var env = process.env;
  var isTaken = /^\w+=\S*$/.test(env.npm_config_call || '');
  if (!isTaken && env.npm_config_context === undefined) return;
  console.error('npm took the option as its own. Write -- before the options:\n');
  console.error(
    'npm run %s -- -c %s',
    env.npm_lifecycle_event,
    isTaken ? env.npm_config_call : 'name=value',
  );
  process.exit(1);
}

function checkPython() {
  var script = 'import sys; print("%d.%d" % sys.version_info[:2])';
  var printed = spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stdout || 'none';
  var version = /^3\.(\d+)/.exec(printed);
  if (version !== null && Number(version[1]) >= 8) return;
  var needed = 'The runbooks need Python 3.8 or later as python3, got %s.';
  console.error(needed, printed.trim());
  process.exit(1);
}

checkNode();
checkOptions();
if (process.argv[2] === 'python3') checkPython();
