(* One of several processes that use a table at the same time until a deadline.

     soak NAME SECONDS KEYS SEED

   Keys 0 .. KEYS-1 are counters: a random one is incremented in a group again
   and again. In between, negative keys that are this process's own are added
   and, the oldest first, removed, so that the table grows and reorganises
   meanwhile. It says "ready", starts at the first line of its standard input,
   and ends by saying how often it incremented each counter, the first and the
   end of the numbers of its own keys that it left, and how many deadlocks it
   met. *)

open Netshm

let most_own_bindings = 2000

(* Keys come again: the original never gives the cell of a removed key to
   another one, and fails for good when it has taken its sixteenth extent. *)
let own_keys = 8192

let own_key seed number =
  Int32.of_int (-1 - (number mod own_keys * 16) - (seed mod 16))

let rec increment t key deadlocks =
  try
    group t (fun () ->
        let value = try find t key with Not_found -> bigarray [| 0 |] in
        value.{0} <- Int32.succ value.{0};
        replace t key value) ()
  with Deadlock -> incr deadlocks; increment t key deadlocks

let value_of_number number =
  bigarray (Array.init (number mod 100) (fun i -> number + i))

let run t seconds key_count seed =
  let random = Random.State.make [| seed |] in
  let counts = Array.make key_count 0 in
  let deadlocks = ref 0 and oldest = ref 0 and newest = ref 0 in
  let deadline = Unix.gettimeofday () +. seconds in
  while Unix.gettimeofday () < deadline do
    let key = Random.State.int random key_count in
    increment t (Int32.of_int key) deadlocks;
    counts.(key) <- counts.(key) + 1;
    if !newest - !oldest < most_own_bindings && Random.State.int random 4 > 0
    then (
      add t (own_key seed !newest) (value_of_number !newest);
      incr newest)
    else if !oldest < !newest then (
      remove t (own_key seed !oldest);
      incr oldest)
  done;
  Printf.printf "counts %s\nown %d %d\ndeadlocks %d\n%!"
    (String.concat " " (Array.to_list (Array.map string_of_int counts)))
    !oldest !newest !deadlocks

let () =
  match Sys.argv with
  | [| _; path; seconds; keys; seed |] ->
    let memory = open_shm (`File path) [ Unix.O_RDWR ] 0o600 in
    let t = manage `Record_locking memory in
    print_endline "ready";
    ignore (read_line ());
    run t (float_of_string seconds) (int_of_string keys) (int_of_string seed)
  | _ -> failwith "usage: soak PATH SECONDS KEYS SEED"
