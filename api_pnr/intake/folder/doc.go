// Package folder is the carriers' door for gateways that bring files (SFTP, Type B and e-mail converters): a watched folder with one
// folder per carrier in it. A file is taken when it is whole, goes the same way as everything else, and is deleted when it is durable: a
// receipt stays. What is refused stays in quarantine as the law's filter leaves it, with the reason, until the law's time is over.
//
// It must never take a file that is still being written, never delete one whose bytes a crash could still lose, never keep one as it came
// once it is done with, and never let a name of a file lead out of its carrier's folder. Taking a file twice does no harm; losing one does.
package folder
