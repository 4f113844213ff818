// Go's crypto/x509 and go-pkcs12, for many certificates and PFX files in one process.
//
//	go-reader facts     base64 of a certificate a line   -> what it says
//	go-reader pfx       base64 of a password, a tab and that of a PFX a line -> what it holds
//	go-reader verify    a path a line (see c/paths.h)    -> what is wrong with it
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

const maxLine = 1 << 20

var commands = map[string]func(line string) any{"facts": facts, "pfx": pfx, "verify": verify}

func main() {
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go-reader facts | pfx | verify")
		os.Exit(2)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, maxLine)
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	for lines.Scan() {
		if err := encoder.Encode(commands[os.Args[1]](lines.Text())); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
	if err := output.Flush(); err != nil {
		panic(err)
	}
}
