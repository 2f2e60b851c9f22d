// shell PORT COMMAND: a command runner as they are usually written in Go: for each request a shell, whose whole output is
// the response when it has ended. It does not stream.
package main

import (
	"log"
	"net/http"
	"os"
	"os/exec"
)

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		output, err := exec.CommandContext(request.Context(), "sh", "-c", os.Args[2]).Output()
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Type", "text/plain; charset=utf-8")
		response.Write(output)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
