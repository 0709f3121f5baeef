package gss_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"

	"github.com/millrace/millrace/shipper/gss"
)

// A receiver for rsyslog's omgssapi that prints each line with its sender.
func Example() {
	cfg := gss.DefaultConfig()
	cfg.Keytab = "/etc/millrace/krb5.keytab"
	cfg.AllowedPrincipals = []string{"host/*.example.com@EXAMPLE.COM"}
	acc, err := gss.NewAcceptor(cfg)
	if err != nil {
		log.Fatal(err)
	}
	ln, err := net.Listen("tcp", ":514")
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			sess, err := acc.Accept(context.Background(), conn)
			if err != nil {
				log.Printf("%s: refused, %s: %v", conn.RemoteAddr(), gss.ReasonOf(err), err)
				return
			}
			defer sess.Close()
			for lines := bufio.NewScanner(sess); lines.Scan(); {
				fmt.Printf("%s: %s\n", sess.Principal(), lines.Text())
			}
		}()
	}
}
